import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hasShared, readJsonGz } from '../../../tests/harness/shared.ts';
import { corpusScores } from './corpus.ts';
import { measurePair, type PairScores } from './pair.ts';
import { porterStem } from './porter.ts';
import { rougeL, rougeTokenize } from './rouge.ts';
import { nltkTokenize } from './treebank.ts';
import { readWordNet } from './wordnet.ts';

const TEXT = 'reference/text-metrics.json.gz';
const PORTER = 'reference/porter.json.gz';
const TOLERANCE = 1e-9;

interface ReferencePair extends Required<PairScores> {
  id: number;
  kind: string;
  hyp: string;
  ref: string;
  hyp_tokens: string[];
  ref_tokens: string[];
  rougeL_stem: number[];
}

describe.skipIf(!hasShared(TEXT))(`every value of ${TEXT}`, async () => {
  const { pairs, corpus } = hasShared(TEXT)
    ? readJsonGz<{ pairs: ReferencePair[]; corpus: Record<string, number> }>(TEXT)
    : { pairs: [], corpus: {} };
  const wordnet = await readWordNet(new Uint8Array(readFileSync('public/wordnet/wordnet-3.0.bin')));
  const measured = pairs.map((pair) => measurePair(pair, wordnet));

  it('tokens of NLTKWordTokenizer', () => {
    for (const pair of pairs) {
      expect(nltkTokenize(pair.hyp)).toEqual(pair.hyp_tokens);
      expect(nltkTokenize(pair.ref)).toEqual(pair.ref_tokens);
    }
  });

  const names = Object.keys(measured[0]?.scores ?? {}) as (keyof PairScores)[];
  it.each(names)('%s', (name) => {
    pairs.forEach((pair, i) => {
      const ours = [measured[i]?.scores[name]].flat();
      const theirs = [pair[name]].flat();
      expect(ours.length, `pair ${pair.id}`).toBe(theirs.length);
      theirs.forEach((value, k) =>
        expect(Math.abs((ours[k] ?? NaN) - value), `pair ${pair.id}`).toBeLessThan(TOLERANCE),
      );
    });
  });

  it('rougeL with the stemmer', () => {
    for (const { hyp, ref, rougeL_stem } of pairs) {
      const ours = rougeL(rougeTokenize(hyp, { stem: true }), rougeTokenize(ref, { stem: true }));
      rougeL_stem.forEach((value, k) => expect(Math.abs((ours[k] ?? NaN) - value)).toBeLessThan(TOLERANCE));
    }
  });

  it('corpus values', () => {
    const { length_ratio, ...ours } = corpusScores(measured.map(({ counts }) => counts));
    expect(length_ratio).toBeGreaterThan(0);
    expect(Object.keys(ours)).toHaveLength(7);
    for (const [name, value] of Object.entries(ours)) {
      expect(Math.abs(value - (corpus[name] ?? NaN)), name).toBeLessThan(TOLERANCE);
    }
  });
});

describe.skipIf(!hasShared(PORTER))(`every stem of ${PORTER}`, () => {
  it('equals', () => {
    const { stems } = readJsonGz<{ stems: [word: string, stem: string][] }>(PORTER);
    expect(stems.length).toBeGreaterThan(2000);
    expect(stems.filter(([word, stem]) => porterStem(word) !== stem)).toEqual([]);
  });
});
