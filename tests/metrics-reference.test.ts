import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadFolderEncoder } from '../src/node/encoder-node.ts';
import type { EncodedText, Encoder } from '../src/core/engine/encoder.ts';
import { bertScorePairs } from '../src/core/metrics/bertscore-pairs.ts';
import { readFixture } from './harness/fixtures.ts';
import { describeExtra, readJsonGz } from './harness/shared.ts';

const REFERENCE = 'reference/bertscore.json.gz';

interface Row {
  hyp: string;
  ref: string;
  prf: number[];
  prf_idf: number[];
}

async function worst(encoder: Encoder, rows: readonly Row[], idf: boolean): Promise<number> {
  const scores = await bertScorePairs(encoder, rows, { idf });
  return Math.max(
    ...rows.flatMap((row, i) =>
      row[idf ? 'prf_idf' : 'prf'].map((value, k) => Math.abs(value - (scores[i]?.[k] ?? NaN))),
    ),
  );
}

/** The encoder with a cache, because the texts are the same with and without idf. */
function remembering(encoder: Encoder): Encoder {
  const known = new Map<string, EncodedText>();
  return {
    specialIds: encoder.specialIds,
    tokenize: (text) => encoder.tokenize(text),
    release: () => encoder.release(),
    async encode(texts, signal) {
      const fresh = [...new Set(texts)].filter((text) => !known.has(text));
      const encoded = await encoder.encode(fresh, signal);
      encoded.forEach((text, i) => known.set(fresh[i] ?? '', text));
      return texts.flatMap((text) => known.get(text) ?? []);
    },
  };
}

// The same encoder in fp32 is compared with 1e-4 in src/core/formats/encoder/encoder.test.ts.
describe('the embedded encoder', () => {
  let encoder: Encoder;
  beforeAll(async () => void (encoder = remembering(await loadFolderEncoder())));
  afterAll(() => encoder.release());

  it('finds a text equal to itself and an empty one equal to nothing', async () => {
    const scores = await bertScorePairs(encoder, [
      { hyp: 'You did well.', ref: 'You did well.' },
      { hyp: '', ref: 'You did well.' },
    ]);
    scores[0]?.forEach((value) => expect(value).toBeCloseTo(1, 5));
    expect(scores[1]).toEqual([0, 0, 0]);
  });

  it('truncates a text after 512 tokens and keeps its end token', () => {
    const ids = encoder.tokenize('lonely '.repeat(2000));
    expect(ids).toHaveLength(512);
    expect(ids.at(-1)).toBe(encoder.specialIds.at(-1));
  });

  it('is within 2e-3 of bert_score, with idf and without', () => compare(readFixture('bertscore')));

  describeExtra([REFERENCE], REFERENCE, () => {
    it('is within 2e-3, with idf and without', () => compare(readJsonGz(REFERENCE)));
  });

  async function compare({ rows }: { rows: Row[] }): Promise<void> {
    expect(rows.length).toBeGreaterThan(100);
    expect(await worst(encoder, rows, false)).toBeLessThan(2e-3);
    expect(await worst(encoder, rows, true)).toBeLessThan(2e-3);
  }
});
