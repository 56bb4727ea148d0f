import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../../../tests/harness/fixtures.ts';
import { describeExtra, readJsonGz } from '../../../tests/harness/shared.ts';
import { corpusScores } from './corpus.ts';
import { measurePair, type PairScores } from './pair.ts';
import { porterStem } from './porter.ts';
import { rougeL, rougeTokenize } from './rouge.ts';
import { nltkTokenize } from './treebank.ts';
import { readWordNet } from './wordnet.ts';

const TEXT = 'reference/text-metrics.json.gz';
const PORTER = 'reference/porter.json.gz';
const TOLERANCE = 1e-9;

/** Metrics that no other program computes; each has its own test file. */
const WITHOUT_REFERENCE: (keyof PairScores)[] = [];

interface ReferencePair extends Required<PairScores> {
  id: number;
  kind: string;
  hyp: string;
  ref: string;
  hyp_tokens: string[];
  ref_tokens: string[];
  rougeL_stem: number[];
}

interface TextReference {
  pairs: ReferencePair[];
  corpus: Record<string, number>;
}

const wordnet = await readWordNet(new Uint8Array(readFileSync('public/wordnet/wordnet-3.0.bin')));

describe('text metrics equal NLTK, sacrebleu and rouge-score', () => {
  compareTextMetrics(readFixture<TextReference>('text-metrics'));
});

describeExtra([TEXT], `text metrics on ${TEXT}`, () => compareTextMetrics(readJsonGz<TextReference>(TEXT)));

function compareTextMetrics({ pairs, corpus }: TextReference): void {
  const measured = pairs.map((pair) => measurePair(pair, wordnet));

  it('splits texts into the tokens of NLTKWordTokenizer', () => {
    expect(pairs.length).toBeGreaterThan(190);
    for (const pair of pairs) {
      expect(nltkTokenize(pair.hyp)).toEqual(pair.hyp_tokens);
      expect(nltkTokenize(pair.ref)).toEqual(pair.ref_tokens);
    }
  });

  const names = (Object.keys(measured[0]?.scores ?? {}) as (keyof PairScores)[]).filter(
    (name) => !WITHOUT_REFERENCE.includes(name),
  );
  it.each(names)('gives %s of every pair', (name) => {
    pairs.forEach((pair, i) => {
      const ours = [measured[i]?.scores[name]].flat();
      const theirs = [pair[name]].flat();
      expect(ours.length, `pair ${pair.id}`).toBe(theirs.length);
      theirs.forEach((value, k) =>
        expect(Math.abs((ours[k] ?? NaN) - value), `pair ${pair.id}`).toBeLessThan(TOLERANCE),
      );
    });
  });

  it('gives ROUGE-L with the stemmer', () => {
    for (const { hyp, ref, rougeL_stem } of pairs) {
      const ours = rougeL(rougeTokenize(hyp, { stem: true }), rougeTokenize(ref, { stem: true }));
      rougeL_stem.forEach((value, k) => expect(Math.abs((ours[k] ?? NaN) - value)).toBeLessThan(TOLERANCE));
    }
  });

  it('gives every value of the corpus', () => {
    const { length_ratio, ...ours } = corpusScores(measured.map(({ counts }) => counts));
    expect(length_ratio).toBeGreaterThan(0);
    expect(Object.keys(ours)).toHaveLength(7);
    for (const [name, value] of Object.entries(ours)) {
      expect(Math.abs(value - (corpus[name] ?? NaN)), name).toBeLessThan(TOLERANCE);
    }
  });
}

describe('porterStem', () => {
  const differing = (stems: [word: string, stem: string][]): unknown[] =>
    stems.filter(([word, stem]) => porterStem(word) !== stem);

  it('gives every stem of NLTK’s PorterStemmer', () => {
    const { stems } = readFixture<{ stems: [word: string, stem: string][] }>('porter');
    expect(stems.length).toBeGreaterThan(2000);
    expect(differing(stems)).toEqual([]);
  });

  describeExtra([PORTER], PORTER, () => {
    it('holds no stem that differs', () => {
      const { stems } = readJsonGz<{ stems: [word: string, stem: string][] }>(PORTER);
      expect(stems.length).toBeGreaterThan(2000);
      expect(differing(stems)).toEqual([]);
    });
  });
});
