import { describe, expect, it } from 'vitest';
import { fitted } from '../core/context/assemble.ts';
import { wordTokenizer } from '../core/context/testing/word-tokenizer.ts';
import type { Utterance } from '../core/dataset/dialogue.ts';
import { LabError } from '../core/error.ts';
import { viewCompressed, type CompressedRequest, type CompressedView } from './compressed-context.ts';

const UTTERANCES: Utterance[] = [
  { speaker: 'seeker', text: 'I am so sad about the job.' },
  { speaker: 'supporter', text: 'I am sorry to hear that.' },
  { speaker: 'seeker', text: 'It is very hard.' },
  { speaker: 'seeker', text: 'I have no energy.' },
];
const request = (change: Partial<CompressedRequest> = {}): CompressedRequest => ({
  system: 'Be kind.',
  utterances: UTTERANCES,
  options: { representation: 'raw' },
  budget: null,
  reserve: 0,
  ...change,
});
const contents = ({ messages }: CompressedView): string[] => messages.map(({ content }) => content);

describe('viewCompressed', () => {
  it('compresses, joins and counts', async () => {
    const view = await viewCompressed(request({ options: { representation: 'nostopwords' } }), wordTokenizer());
    expect(contents(view)).toEqual(['Be kind.', 'sad job.', 'sorry hear .', 'hard. energy.']);
    expect(view).toMatchObject({ sources: [[], [0], [1], [2, 3]], fit: { from: 0, kept: 4, leftOut: 0 }, exact: true });
    expect(view.utterances.map(({ tokens }) => tokens)).toEqual([2, 3, 1, 1]);
    expect(view.compressed.map(({ text }) => text)).toEqual(['sad job.', 'sorry hear .', 'hard.', 'energy.']);
  });

  it('fits more utterances under a stronger compression', async () => {
    const kept = async (representation: 'raw' | 'keypos' | 'nostopwords') =>
      fitted(await viewCompressed(request({ options: { representation }, budget: 24 }), wordTokenizer())).fit.kept;
    const [raw, keypos, nostopwords] = [await kept('raw'), await kept('keypos'), await kept('nostopwords')];
    expect([raw, nostopwords]).toEqual([2, 4]);
    expect(keypos).toBeGreaterThan(2);
  });

  it.each([
    ['keypos', 'no'],
    ['keypos', 'ok'],
    ['nostopwords', 'no'],
    ['nostopwords', 'It is not over...'],
  ] as const)('never empties the newest message: %s, %j', async (representation, text) => {
    const utterances: Utterance[] = [
      { speaker: 'seeker', text: 'no' },
      { speaker: 'supporter', text: 'Are you safe?' },
      { speaker: 'seeker', text },
    ];
    const view = await viewCompressed(request({ utterances, options: { representation } }), wordTokenizer());
    expect(view.utterances.map(({ asWritten }) => asWritten)).toEqual([null, null, 'empty']);
    expect(contents(view)).toEqual(['Be kind.', '', expect.any(String), text]);
  });

  it('sends the newest utterance as written on request', async () => {
    const view = await viewCompressed(request({ options: { representation: 'keypos' }, newest: 'as-written' }), null);
    expect(contents(view).at(-1)).toMatch(/I have no energy\.$/);
  });

  it('keeps the error if not even the newest fits, and stops on request', async () => {
    const view = await viewCompressed(request({ budget: 10, reserve: 4 }), wordTokenizer());
    expect(view.fit).toBeInstanceOf(LabError);
    expect(() => fitted(view)).toThrow(LabError);
    await expect(viewCompressed(request(), null, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});
