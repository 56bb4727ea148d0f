import { describe, expect, it } from 'vitest';
import { readFixtureLines } from '../../../tests/harness/fixtures.ts';
import { describeExtra, readJsonGz } from '../../../tests/harness/shared.ts';
import { keepAccuracy } from './accuracy.ts';
import type { GoldSentence } from './accuracy.ts';
import type { Tagger, Upos } from './representation.ts';
import { TAGGER_IDS } from './representation.ts';
import { loadTagger } from './load-tagger.ts';
import { TAGGERS } from './taggers.ts';

const GOLD = 'reference/ud-ewt-dev-keep.json.gz';

/** The tags whose tokens KeyPOS keeps, as the paper names them. */
const KEPT = new Set(['NOUN', 'VERB', 'ADJ', 'ADV', 'ADP', 'PROPN', 'NUM', 'SCONJ', 'PRON']);

/** A line of tagged-sentences.txt: `word/TAG` separated by spaces; `~` marks a word without a space before it. */
function parseTagged(line: string): GoldSentence {
  let text = '';
  const tok = line.split(' ').map((token): GoldSentence['tok'][number] => {
    const [, joined, word = '', tag = ''] = /^(~?)(.+)\/([A-Z]+)$/.exec(token) ?? [];
    if (text !== '' && !joined) text += ' ';
    text += word;
    return [text.length - word.length, text.length, tag as Upos, KEPT.has(tag) ? 1 : 0];
  });
  return { text, tok };
}

describe('keep/drop accuracy on our own tagged sentences', () => {
  const gold = readFixtureLines('tagged-sentences.txt').map(parseTagged);

  it('reads sentences as people write them', () => {
    expect(gold).toHaveLength(46);
    expect(gold[3]?.text).toBe("I haven't slept for two nights and the baby is sick.");
    expect(gold.flatMap(({ tok }) => tok).every(([start, end, tag]) => end > start && tag !== undefined)).toBe(true);
  });

  it.each(TAGGER_IDS)('of %s is within 4 points of the figure that the interface shows', async (id) => {
    const { accuracy, tokens } = keepAccuracy(await loadTagger(id), gold);
    expect(tokens).toBeGreaterThan(350);
    expect(accuracy).toBeGreaterThan(TAGGERS[id].keepAccuracy - 0.04);
  });
});

describeExtra([GOLD], 'keep/drop accuracy on UD English-EWT dev', () => {
  it.each(TAGGER_IDS)('%s reaches the figure that the interface shows', async (id) => {
    const { accuracy, tokens } = keepAccuracy(await loadTagger(id), readJsonGz<GoldSentence[]>(GOLD));
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

  it('leaves punctuation out and aligns by overlap', () => {
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
