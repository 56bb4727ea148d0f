import { describe, expect, it } from 'vitest';
import { hasShared, readJsonGz } from '../../../tests/harness/shared.ts';
import { keepAccuracy } from './accuracy.ts';
import type { GoldSentence } from './accuracy.ts';
import type { Tagger } from './representation.ts';
import { TAGGER_IDS } from './representation.ts';
import { loadTagger } from './load-tagger.ts';
import { TAGGERS } from './taggers.ts';

const GOLD = 'reference/ud-ewt-dev-keep.json.gz';

describe.skipIf(!hasShared(GOLD))('keep/drop accuracy on UD English-EWT dev', () => {
  it.each(TAGGER_IDS)('%s reaches the figure that the interface shows', async (id) => {
    const { accuracy, tokens } = keepAccuracy(await loadTagger(id), readJsonGz<GoldSentence[]>(GOLD));
    console.log(
      `${id}: ${(100 * accuracy).toFixed(2)} % of ${tokens} keep/drop decisions agree with UD English-EWT dev`,
    );
    expect(tokens).toBeGreaterThan(20_000);
    expect(TAGGERS[id].keepAccuracy.toFixed(3)).toBe(accuracy.toFixed(3));
  });

  it('the default tagger is at 97 % or better', async () => {
    const gold = readJsonGz<GoldSentence[]>(GOLD);
    const wink = await loadTagger('wink');
    expect(keepAccuracy(wink, gold).accuracy).toBeGreaterThanOrEqual(0.97);
    for (const half of [0, 1]) {
      expect(
        keepAccuracy(
          wink,
          gold.filter((_, index) => index % 2 === half),
        ).accuracy,
      ).toBeGreaterThanOrEqual(0.97);
    }
  });
});

describe('keepAccuracy', () => {
  const gold: GoldSentence[] = [
    {
      text: 'cats sleep.',
      tok: [
        [0, 4, 'NOUN', 1],
        [5, 10, 'VERB', 1],
        [10, 11, 'PUNCT', 0],
      ],
    },
  ];
  const fixed = (tag: Tagger['tag']): Tagger => ({ id: 'wink', name: 'fixed', keepAccuracy: 0, tag });

  it('leaves marks out and aligns by overlap', () => {
    const oneToken = fixed(() => [{ start: 0, end: 11, tag: 'NOUN' }]);
    expect(keepAccuracy(oneToken, gold)).toEqual({ accuracy: 1, tokens: 2 });
    const half = fixed(() => [
      { start: 0, end: 4, tag: 'NOUN' },
      { start: 5, end: 10, tag: 'AUX' },
    ]);
    expect(keepAccuracy(half, gold)).toEqual({ accuracy: 0.5, tokens: 2 });
    expect(
      keepAccuracy(
        fixed(() => []),
        gold,
      ).accuracy,
    ).toBe(0);
  });
});
