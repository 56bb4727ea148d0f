import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readFixture } from '../../../tests/harness/fixtures.ts';
import { describeExtra, SHARED } from '../../../tests/harness/shared.ts';
import type { Dialogue } from './dialogue.ts';
import { readDataset } from './read.ts';
import { countWords, statisticsOf } from './statistics.ts';

const DIALOGUES: Dialogue[] = [
  {
    id: '1',
    scene: 'work',
    emotion: 'fear',
    utterances: [
      { speaker: 'seeker', text: 'one two three' },
      { speaker: 'supporter', text: 'one two', strategy: 'Question' },
      { speaker: 'supporter', text: 'one', strategy: 'Others' },
    ],
  },
  { id: '2', scene: 'work', utterances: [{ speaker: 'supporter', text: "one  two\tit's four", strategy: 'Question' }] },
];

describe('statisticsOf', () => {
  it('counts dialogues, utterances, words and strategies, by speaker', () => {
    const statistics = statisticsOf(DIALOGUES);
    expect(statistics).toMatchObject({ dialogues: 2, neighbours: 1, supporterFirst: 1 });
    expect(statistics.all).toMatchObject({ utterances: 4, words: 10, meanUtterances: 2, meanWords: 2.5 });
    expect(statistics.seeker).toMatchObject({ utterances: 1, words: 3, meanUtterances: 0.5, meanWords: 3 });
    expect(statistics.supporter.wordsPerUtterance).toEqual([
      { length: 1, count: 1 },
      { length: 2, count: 1 },
      { length: 4, count: 1 },
    ]);
    expect(statistics.utterancesPerDialogue).toEqual([
      { length: 1, count: 1 },
      { length: 3, count: 1 },
    ]);
    expect(statistics.strategies).toEqual([
      { name: 'Question', count: 2, share: 2 / 3 },
      { name: 'Others', count: 1, share: 1 / 3 },
    ]);
    expect(statistics.scenes).toEqual([{ name: 'work', count: 2, share: 1 }]);
  });

  it('has no averages for an empty dataset', () => {
    expect(statisticsOf([]).all.meanWords).toBeNaN();
    expect(countWords('  ')).toBe(0);
  });
});

describe('the built-in dialogues', () => {
  it('have the counts that an independent program finds', async () => {
    interface Counts {
      utterances: number;
      words: number;
    }
    const counted = readFixture<
      { dialogues: number; strategies: [name: string, count: number][] } & Record<
        'all' | 'seeker' | 'supporter',
        Counts
      >
    >('statistics');
    const file = new File([new Uint8Array(readFileSync('public/dialogues/solace-72.json'))], 'solace-72.json');
    const statistics = statisticsOf((await readDataset([file])).dialogues);
    expect(statistics.dialogues).toBe(counted.dialogues);
    for (const side of ['all', 'seeker', 'supporter'] as const) expect(statistics[side]).toMatchObject(counted[side]);
    const byName = (rows: [string, number][]) => Object.fromEntries(rows);
    expect(byName(statistics.strategies.map(({ name, count }) => [name, count]))).toEqual(byName(counted.strategies));
  });
});

describeExtra(['data/esconv'], 'Table 1 for ESConv', () => {
  it('is 1,300 dialogues of 29.5 utterances of 16.4 words', async () => {
    const files = ['train', 'valid', 'test']
      .map((part) => `esconv_${part}.jsonl.gz`)
      .map((name) => new File([new Uint8Array(readFileSync(`${SHARED}/data/esconv/${name}`))], name));
    const statistics = statisticsOf((await readDataset(files)).dialogues);
    expect(statistics).toMatchObject({ dialogues: 1300, neighbours: 7973, supporterFirst: 683 });
    expect(statistics.all.utterances).toBe(38_365);
    expect([statistics.all.meanUtterances.toFixed(1), statistics.all.meanWords.toFixed(1)]).toEqual(['29.5', '16.4']);
    expect(statistics.strategies.map(({ name }) => name)).toContain('Reflection of feelings');
    expect(statistics.strategies).toHaveLength(8);
  });
});
