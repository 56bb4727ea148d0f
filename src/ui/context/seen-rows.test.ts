import { describe, expect, it } from 'vitest';
import type { RepresentationId } from '../../core/compression/representation.ts';
import { wordTokenizer } from '../../core/context/testing/word-tokenizer.ts';
import { viewCompressed } from '../../lab/index.ts';
import { keptRows, meterRow, seenRows, type SeenSaid } from './seen-rows.ts';

const SAID: SeenSaid[] = [
  { key: 'a', speaker: 'supporter', text: 'Welcome', whole: false, draft: false },
  { key: 'b', speaker: 'seeker', text: 'I want to be heard', whole: true, draft: false },
  { key: 'c', speaker: 'supporter', text: 'I am here for you', whole: false, draft: false },
  { key: 'd', speaker: 'seeker', text: 'no', whole: false, draft: true },
];

async function look(representation: RepresentationId, { system = 'Be kind', budget = 1000, strict = true } = {}) {
  const request = { system, utterances: SAID, options: { representation }, budget, reserve: 0 };
  const view = await viewCompressed(request, wordTokenizer({ strict }));
  return { view, rows: seenRows(view, SAID, { system, representation }) };
}

describe('seenRows', () => {
  it('shows what is sent and what was written, and why', async () => {
    const { rows } = await look('nostopwords');
    expect(rows.map(({ key, role, sent, asWritten }) => [key, role, sent, asWritten])).toEqual([
      ['system', 'system', 'Be kind', null],
      ['a', 'assistant', 'Welcome', null],
      ['b', 'user', 'I want to be heard', 'danger'],
      ['c', 'assistant', '', null],
      ['d', 'user', 'no', 'empty'],
    ]);
    // Nothing is struck out of what is sent as it was written.
    expect(rows.map(({ spans }) => spans.some(({ keep }) => !keep))).toEqual([false, false, false, true, false]);
    expect(rows.map(({ draft }) => draft)).toEqual([false, false, false, false, true]);
  });

  it('marks an opening utterance that the template does not allow', async () => {
    expect((await look('raw')).rows.map(({ absent }) => absent)).toEqual([null, 'opening', null, null, null]);
    const lenient = await look('raw', { strict: false });
    expect(lenient.rows.map(({ absent }) => absent)).toEqual([null, null, null, null, null]);
    const small = await look('raw', { budget: 14 });
    expect(small.rows.map(({ absent }) => absent)).toEqual([null, 'opening', 'window', 'window', null]);
  });

  it('gives no reason where nothing is compressed, and shows no system message where there is none', async () => {
    const { rows } = await look('raw', { system: ' ' });
    expect(rows.map(({ key, asWritten }) => [key, asWritten])).toEqual(['a', 'b', 'c', 'd'].map((key) => [key, null]));
  });
});

describe('keptRows', () => {
  it('keeps the rows that say the same, and takes those that changed', async () => {
    const before = (await look('keypos')).rows;
    const same = keptRows(before, (await look('keypos')).rows);
    expect(same.map((row, i) => row === before[i])).toEqual(before.map(() => true));
    const { rows } = await look('nostopwords');
    const mixed = keptRows(before, rows);
    expect(mixed).toEqual(rows);
    expect(mixed.filter((row) => before.includes(row)).map(({ key }) => key)).toContain('system');
    expect(mixed.every((row) => before.includes(row))).toBe(false);
  });
});

describe('meterRow', () => {
  it('says how many utterances fit, and how many tokens all would take', async () => {
    // 8 tokens for the beginning and the start of the reply, 3 around each message.
    const { view } = await look('raw', { budget: 20, strict: false });
    expect(meterRow('raw', view)).toEqual({ representation: 'raw', fits: 2, used: 20, tokens: 32 });
    const none = await look('raw', { budget: 5 });
    expect(meterRow('raw', none.view)).toMatchObject({ fits: 0, used: 0 });
  });
});
