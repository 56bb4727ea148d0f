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
