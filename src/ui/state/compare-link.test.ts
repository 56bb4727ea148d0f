import { describe, expect, it } from 'vitest';
import type { Comparison } from '../../core/conversation/comparison.ts';
import { PAPER_DECODING } from '../../core/engine/engine.ts';
import type { LabError } from '../../core/error.ts';
import { comparisonHash, dialogueHash } from '../links.ts';
import { parseRoute } from '../routes.ts';
import type { Given } from './compare.svelte.ts';
import { CompareLink } from './compare-link.svelte.ts';

const COMPARISON = {
  id: 'c1',
  createdAt: 1,
  model: 'Solace',
  device: 'Wasm',
  seed: 7,
  earlier: 1,
  message: 'And now?',
  columns: [
    {
      representation: 'raw' as const,
      messages: [{ role: 'user' as const, content: 'And now?' }],
      reply: 'Now you rest.',
      end: 'stop' as const,
      stats: { promptTokens: 9, newTokens: 4, firstTokenMs: 1, decodeMs: 3 },
    },
  ],
  task: {
    modelId: 'solace',
    systemPrompt: 'Listen.',
    utterances: [
      { speaker: 'supporter' as const, text: 'Hello', whole: false },
      { speaker: 'seeker' as const, text: 'And now?', whole: false },
    ],
    decoding: { ...PAPER_DECODING, seed: 7 },
  },
} satisfies Comparison;
const DIALOGUE = {
  id: 'd1',
  scene: 'Grief',
  utterances: [
    { speaker: 'seeker' as const, text: 'I want to kill myself' },
    { speaker: 'supporter' as const, text: 'Stay with me.' },
    { speaker: 'seeker' as const, text: 'He sang.' },
    { speaker: 'supporter' as const, text: 'What did he sing?' },
  ],
};

function setUp(models = ['solace']) {
  const shown: Comparison[] = [];
  const given: { given: Given; message: string }[] = [];
  const compare = {
    error: null as LabError | null,
    show: (comparison: Comparison) => void shown.push(comparison),
    give: (each: Given, message: string) => void given.push({ given: each, message }),
  };
  const link = new CompareLink({
    compare,
    models: { list: models.map((id) => ({ id, name: id, summary: '', bytes: 1 })), refresh: () => Promise.resolve() },
    getDialogue: (_, id) => Promise.resolve(id === 'd1' ? DIALOGUE : undefined),
    firstReply: () => 'Are you safe?',
    loadExamples: () => Promise.resolve([{ title: 'First', why: '', comparison: COMPARISON }]),
  });
  return { link, compare, shown, given, open: (hash: string) => link.open(parseRoute(hash).query) };
}

describe('a link to a comparison', () => {
  it('shows it with its replies, and offers to make it again from the same messages with the same seed', async () => {
    const { link, shown, given, open } = setUp();
    await open(await comparisonHash(COMPARISON));
    expect(shown).toMatchObject([{ message: 'And now?', seed: 7, columns: COMPARISON.columns }]);
    expect(given).toEqual([
      {
        message: 'And now?',
        given: {
          label: 'What the link gave',
          earlier: [{ speaker: 'supporter', text: 'Hello', whole: false }],
          systemPrompt: 'Listen.',
          decoding: { ...PAPER_DECODING, seed: 7 },
        },
      },
    ]);
    expect(link.missing).toEqual([]);
  });

  it('says which model is missing, and that contexts were too long', async () => {
    const { link, open } = setUp(['other']);
    const columns = COMPARISON.columns.map((column) => ({ ...column, messages: [] }));
    await open(await comparisonHash({ ...COMPARISON, columns }));
    expect(link.missing).toEqual([
      'What the model saw was too long for the link.',
      'It was made with Solace, which is not in this browser: comparing again gives other replies.',
    ]);
    link.dismiss();
    expect(link.missing).toEqual([]);
  });

  it('shows a ready-made one by its number, or says that there is none', async () => {
    const { link, shown, given, open } = setUp();
    await open('#/compare?example=1');
    expect([shown.length, given[0]?.given.label]).toEqual([1, '“First”']);
    await open('#/compare?example=4');
    expect([shown.length, link.missing]).toEqual([1, ['There is no ready-made comparison 4.']]);
  });

  it('that is damaged says so and shows nothing', async () => {
    const { compare, shown, open } = setUp();
    await open('#/compare?shared=AAAA');
    expect(shown).toEqual([]);
    expect(compare.error?.code).toBe('bad-data');
  });
});

describe('a link to a dialogue to compare from', () => {
  it('offers the last message that the seeker wrote up to there, with all before it', async () => {
    const { given, open } = setUp();
    await open(`${dialogueHash('compare', { dataset: 'solace', dialogue: 'd1', turn: 4 })}&seed=9`);
    expect(given[0]).toMatchObject({
      message: 'He sang.',
      given: { label: '“Grief” up to turn 3', decoding: { seed: 9 } },
    });
    // As in the chat, a message that signals danger is answered by people first and is never compressed.
    expect(given[0]?.given.earlier).toEqual([
      { speaker: 'seeker', text: 'I want to kill myself', whole: true },
      { speaker: 'supporter', text: 'Are you safe?', whole: true },
    ]);
  });

  it('says that the dialogue is missing, or that there is no message', async () => {
    const { link, given, open } = setUp();
    await open(dialogueHash('compare', { dataset: 'solace', dialogue: 'gone' }));
    expect(link.missing).toEqual([expect.stringContaining('“gone” is not in this browser')]);
    await open('#/compare?dialogue=solace~d1&turn=0');
    expect(link.missing).toEqual(['The link’s value for “turn” cannot be used here.']);
    expect(given).toHaveLength(1);
  });
});
