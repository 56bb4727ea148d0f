import { describe, expect, it } from 'vitest';
import { bertScores, idfWeights, uniformWeights, type EncodedText, type TokenWeight } from './bertscore.ts';

const CLS = 101;
const SEP = 102;
/** Vectors in a plane at these angles in degrees; length must not matter. */
const encode = (tokens: [id: number, degrees: number][]): EncodedText => ({
  ids: [CLS, ...tokens.map(([id]) => id), SEP],
  embeddings: Float32Array.from(
    [200, ...tokens.map(([, degrees]) => degrees), 200].flatMap((degrees, i) => [
      (i + 1) * Math.cos((degrees * Math.PI) / 180),
      (i + 1) * Math.sin((degrees * Math.PI) / 180),
    ]),
  ),
});
/** One pair in its own batch. */
const bertScore = (hyp: EncodedText, ref: EncodedText, weight: TokenWeight) =>
  bertScores([{ hyp, ref }], weight)[0] ?? [];
const cos = (degrees: number) => Math.cos((degrees * Math.PI) / 180);

describe('bertScores', () => {
  const hyp = encode([
    [1, 0],
    [2, 90],
  ]);
  const ref = encode([
    [1, 0],
    [3, 60],
    [4, 30],
  ]);
  const weight = uniformWeights([CLS, SEP]);

  it('averages the best similarities both ways, special tokens without weight', () => {
    const precision = (1 + cos(30)) / 2;
    const recall = (1 + cos(30) + cos(30)) / 3;
    const [p, r, f] = bertScore(hyp, ref, weight);
    expect(p).toBeCloseTo(precision, 6);
    expect(r).toBeCloseTo(recall, 6);
    expect(f).toBeCloseTo((2 * precision * recall) / (precision + recall), 6);
  });

  it('weights rare tokens more, and those of every reference 0', () => {
    const idf = idfWeights([ref.ids, [CLS, 1, 9, SEP]]);
    expect(idf(CLS)).toBe(0);
    expect(idf(1)).toBe(0);
    expect(idf(3)).toBeCloseTo(Math.log(3 / 2), 12);
    expect(idf(77)).toBeCloseTo(Math.log(3), 12);
    expect(bertScore(hyp, ref, idf)[0]).toBeCloseTo(cos(30), 6);
  });

  it('is 0 for a text without tokens', () => {
    expect(bertScore(encode([]), ref, weight)).toEqual([0, 0, 0]);
    expect(bertScore(hyp, encode([]), weight)).toEqual([0, 0, 0]);
  });

  it('never goes below 0 for a token of a pair that bert_score would pad', () => {
    const against = encode([[5, 45]]);
    const [alone] = bertScores([{ hyp: encode([[1, 290]]), ref: against }], weight);
    expect(alone?.[0]).toBeCloseTo(cos(90), 6);
    const far = {
      hyp: encode([
        [1, 315],
        [2, 315],
      ]),
      ref: encode([[5, 180]]),
    };
    expect(bertScores([far], weight)[0]?.[0]).toBeCloseTo(cos(115), 6);
    const [padded] = bertScores(
      [
        far,
        {
          hyp: against,
          ref: encode([
            [1, 0],
            [2, 0],
          ]),
        },
      ],
      weight,
    );
    expect(padded?.[0]).toBe(0);
    expect(
      bertScores(
        [
          far,
          {
            hyp: against,
            ref: encode([
              [1, 0],
              [2, 0],
            ]),
          },
        ],
        weight,
        1,
      )[0]?.[0],
    ).toBeCloseTo(cos(115), 6);
  });
});
