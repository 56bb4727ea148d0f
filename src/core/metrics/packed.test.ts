import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packPairs, unpackPairs } from './packed.ts';
import { measurePair } from './pair.ts';

describe('packed pairs', () => {
  it('survive a round trip, whatever the texts', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('', ' ', '\n', 'I hear you.', 'can\u2019t  "wait"\u00a0\u2003 now'),
    );
    fc.assert(
      fc.property(
        fc.array(fc.record({ id: fc.oneof(fc.string(), fc.integer()), hyp: text, ref: text }), { maxLength: 5 }),
        (pairs) => {
          const measured = pairs.map((pair) => measurePair(pair));
          expect(
            unpackPairs(
              structuredClone(packPairs(measured)),
              pairs.map(({ id }) => id),
            ),
          ).toEqual(measured);
        },
      ),
    );
  });

  it('keep METEOR if it was computed', () => {
    const measured = [measurePair({ id: 1, hyp: 'a b', ref: 'a c' })].map((pair) => ({
      ...pair,
      scores: { ...pair.scores, nltk_meteor: 0.25 },
    }));
    expect(unpackPairs(packPairs(measured), [1])).toEqual(measured);
  });
});
