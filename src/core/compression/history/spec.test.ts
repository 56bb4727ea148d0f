import { describe, expect, it } from 'vitest';
import type { Utterance } from '../../dataset/dialogue.ts';
import { REPRESENTATION_IDS } from '../representation.ts';
import { createHistory, describeHistory, type HistoryTools } from './create.ts';
import { historySchema, needsModel, type HistoryInput } from './spec.ts';

const SIX: Utterance[] = ['I am one', 'You are two', 'I am three', 'You are four', 'I am five', 'You are six'].map(
  (text, i) => ({ speaker: i % 2 ? 'supporter' : 'seeker', text }),
);

/** Each word is a token; every compression but Raw keeps a text's last word. */
const tools: HistoryTools = {
  model: {
    score: async (text) =>
      [...text.matchAll(/\s*\S+/g)].map(([token], i) => ({
        text: token,
        logprob: i === 0 ? null : -token.trim().length,
      })),
    generate: async () => 'Six spoke.',
  },
  countTokens: (texts) => texts.map((text) => text.split(' ').length),
  compress: async (texts, { representation }) =>
    texts.map((text) => ({ text: representation === 'raw' ? text : (text.split(' ').at(-1) ?? ''), spans: [] })),
  embedder: { embed: async (texts) => texts.map(() => new Float32Array([1])) },
};

const WRITTEN: HistoryInput[] = [
  { method: 'every', representation: 'keypos' },
  { method: 'every', representation: 'keypos', keep: ['NOUN', 'VERB'] },
  { method: 'last', k: 2 },
  { method: 'first-last', first: 1, last: 2 },
  { method: 'summary' },
  { method: 'summary', keep: 2, block: 2 },
  { method: 'selective' },
  { method: 'selective', drop: 0.505 },
  { method: 'budget', tokens: 9 },
  { method: 'budget', tokens: 9, representations: ['raw', 'nostopwords'] },
  { method: 'budget', tokens: 9, first: 1 },
  { method: 'summary', tokens: 9 },
  { method: 'selective', tokens: 9 },
  { method: 'recall', tokens: 9 },
  { method: 'recall', tokens: 9, representation: 'keypos' },
];

describe('historySchema', () => {
  it.each([
    [{ method: 'none' }],
    [{ method: 'last' }],
    [{ method: 'last', k: 0 }],
    [{ method: 'last', k: 4, more: 1 }],
    [{ method: 'first-last', first: 1, last: Infinity }],
    [{ method: 'selective', drop: 1.5 }],
    [{ method: 'selective', drop: NaN }],
    [{ method: 'budget', tokens: 9, representations: [] }],
    [{ method: 'summary', maxNewTokens: 1e9 }],
    [{ method: 'every', representation: 'keypos', keep: [] }],
    [{ method: 'recall' }],
    [{ method: 'recall', tokens: 9, share: 1.5 }],
    [null],
  ])('refuses %j', (spec) => {
    expect(historySchema.safeParse(spec).success).toBe(false);
  });

  it('fills in defaults', () => {
    expect(historySchema.parse({ method: 'summary' })).toEqual({
      method: 'summary',
      keep: 4,
      block: 6,
      maxNewTokens: 128,
    });
    expect(historySchema.parse({ method: 'budget', tokens: 9 })).toMatchObject({
      representations: [...REPRESENTATION_IDS],
    });
  });

  it('gives different methods different ids', () => {
    const ids = WRITTEN.map((written) => describeHistory(historySchema.parse(written)).id);
    expect(new Set(ids).size).toBe(WRITTEN.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9.-]+$/);
    expect(
      describeHistory(historySchema.parse({ method: 'every', representation: 'keypos', keep: ['VERB', 'NOUN'] })).id,
    ).toBe(ids[1]);
  });
});

describe('createHistory', () => {
  it('makes the method that a spec describes', async () => {
    const sent = await Promise.all(
      WRITTEN.map(async (written) => (await createHistory(historySchema.parse(written), tools).compact(SIX)).sent),
    );
    expect(sent[0]).toEqual(['one', 'two', 'three', 'four', 'five', 'You are six']);
    expect(sent[2]).toEqual([null, null, null, null, 'I am five', 'You are six']);
    expect(sent[3]).toEqual(['I am one', null, null, null, 'I am five', 'You are six']);
    expect(sent[5]).toEqual([null, null, null, null, 'I am five', 'You are six']);
    // 3 tokens for the newest and one for each of the others; the one left over completes none of them.
    expect(sent[8]).toEqual(['one', 'two', 'three', 'four', 'five', 'You are six']);
    for (const each of sent) expect(each.at(-1)).toBe('You are six');
  });

  it('asks the model only where the spec says so', async () => {
    let asked = 0;
    const counted: HistoryTools = {
      ...tools,
      model: {
        score: (text) => (asked++, tools.model.score(text)),
        generate: (prompt, options) => (asked++, tools.model.generate(prompt, options)),
      },
    };
    for (const written of WRITTEN) {
      asked = 0;
      // Long enough that a summary's first block is full.
      await createHistory(historySchema.parse(written), counted).compact([...SIX, ...SIX]);
      expect(asked > 0).toBe(needsModel(written));
    }
  });
});
