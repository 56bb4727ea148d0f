import { describe, expect, it } from 'vitest';
import type { Utterance } from '../core/dataset/dialogue.ts';
import { readDataset } from '../core/dataset/read.ts';
import { statisticsOf } from '../core/dataset/statistics.ts';
import { DatasetStore } from '../browser/storage/dataset-store.ts';
import { openBuiltIn } from '../node/dataset-file.ts';
import { DatasetLibrary } from '../../workers/dataset/library.ts';
import { BUILT_IN_ID } from './datasets.ts';
import { readBuiltInDataset } from '../node/dataset-file.ts';
import { useFakeIndexedDb } from '../../tests/harness/fake-indexeddb.ts';

useFakeIndexedDb({ fresh: 'each' });

const STRATEGIES = [
  'Reflective Statements',
  'Clarification',
  'Emotional Validation',
  'Empathetic Statements',
  'Affirmation',
  'Offer Hope',
  'Avoid Judgment and Criticism',
  'Suggest Options',
  'Collaborative Planning',
  'Provide Different Perspectives',
  'Reframe Negative Thoughts',
  'Share Information',
  'Normalize Experiences',
  'Promote Self-Care Practices',
  'Stress Management',
  'Others',
];

const chat = (...texts: string[]): string =>
  texts
    .map((content) =>
      JSON.stringify({
        scene: 's',
        messages: [
          { role: 'user', content },
          { role: 'assistant', content: `Re: ${content}` },
        ],
      }),
    )
    .join('\n');
const file = (text: string, name = 'chats.jsonl'): File => new File([text], name);

describe('the built-in dataset', () => {
  it('has two dialogues of 12 to 24 alternating utterances for each of 36 scenes', async () => {
    const { format, dialogues, bad } = await readBuiltInDataset();
    expect({ format, bad }).toEqual({ format: 'extes', bad: [] });
    expect(dialogues).toHaveLength(72);
    const { scenes, neighbours, supporterFirst, utterancesPerDialogue } = statisticsOf(dialogues);
    expect(scenes).toHaveLength(36);
    expect(scenes.every(({ count }) => count === 2)).toBe(true);
    expect({ neighbours, supporterFirst }).toEqual({ neighbours: 0, supporterFirst: 0 });
    expect(utterancesPerDialogue[0]?.length).toBeGreaterThanOrEqual(12);
    expect(utterancesPerDialogue.at(-1)?.length).toBeLessThanOrEqual(24);
  });

  it('uses only the 16 strategies of ExTES, one in every reply', async () => {
    const { dialogues } = await readBuiltInDataset();
    const { strategies, supporter } = statisticsOf(dialogues);
    expect(strategies.map(({ name }) => name).sort()).toEqual([...STRATEGIES].sort());
    expect(strategies.reduce((sum, { count }) => sum + count, 0)).toBe(supporter.utterances);
  });

  it('contains no utterance twice', async () => {
    const { dialogues } = await readBuiltInDataset();
    const said = dialogues.flatMap(({ utterances, situation }) => [
      situation ?? '',
      ...utterances.map(({ text }: Utterance) => text.toLowerCase()),
    ]);
    expect(new Set(said).size).toBe(said.length);
  });
});

describe('DatasetLibrary', () => {
  const visit = () => new DatasetLibrary({ store: new DatasetStore(), readBuiltIn: openBuiltIn });

  it('keeps what was imported for the next visit, and lists rejected records', async () => {
    const summary = await visit().add([file(`${chat('One', 'Two', 'Three')}\nbroken`)], { name: 'Mine' });
    expect(summary).toMatchObject({
      name: 'Mine',
      format: 'chat',
      dialogues: 3,
      utterances: 6,
      badCount: 1,
      kept: true,
      builtIn: false,
    });
    const later = visit();
    expect((await later.list()).map(({ id, name }) => [id === BUILT_IN_ID, name])).toEqual([
      [true, 'Solace 72'],
      [false, 'Mine'],
    ]);
    expect((await later.summary(summary.id)).bad[0]?.place).toBe('chats.jsonl line 4');
    expect(await later.browse(summary.id, { words: 'two' }, 0, 10)).toEqual({
      total: 1,
      rows: [{ id: 'dialogue 2', scene: 's', emotion: undefined, opening: 'Two', utterances: 2 }],
    });
    expect((await later.dialogue(summary.id, 'dialogue 3'))?.utterances[1]?.text).toBe('Re: Three');
    expect((await later.statistics(summary.id, {})).all.utterances).toBe(6);
    await later.remove(summary.id);
    expect(await visit().list()).toHaveLength(1);
    await expect(visit().open(summary.id)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('recognises the same dialogues', async () => {
    const library = visit();
    const first = await library.add([file(chat('One'))], { name: 'Mine' });
    const again = await library.add([file(chat('One'))], { name: 'Mine, again' });
    expect(again.id).toBe(first.id);
    expect((await library.list()).map(({ name }) => name)).toEqual(['Solace 72', 'Mine, again']);
  });

  it('recognises the same dialogues in a file with another name and shape', async () => {
    const library = visit();
    const first = await library.add([file(chat('One', 'Two'))], { name: 'Lines' });
    const list = new File([`[${chat('One', 'Two').trim().split('\n').join(',')}]`], 'renamed.json');
    const again = await library.add([list], { name: 'List' });
    const other = await library.add([file(chat('One', 'Three'))], { name: 'Other' });
    expect(again.id).toBe(first.id);
    expect(other.id).not.toBe(first.id);
  });

  it('recognises the same dialogues with the survey questions in another order', async () => {
    const library = visit();
    const survey = (seeker: object) =>
      JSON.stringify({
        survey_score: { seeker },
        dialog: [
          { speaker: 'usr', text: 'Hi' },
          { speaker: 'sys', text: 'Hello' },
        ],
      });
    const add = (text: string) => library.add([file(text)], { name: 'Mine' });
    const first = await add(survey({ empathy: '5', relevance: '4' }));
    expect((await add(survey({ relevance: 4, empathy: 5 }))).id).toBe(first.id);
    expect((await add(survey({ relevance: 5, empathy: 4 }))).id).not.toBe(first.id);
  });

  it('holds what cannot be stored until the page is closed, and reports that', async () => {
    const store = new DatasetStore();
    store.add = () => Promise.reject(new DOMException('', 'QuotaExceededError'));
    const library = new DatasetLibrary({ store, readBuiltIn: openBuiltIn });
    const { id, kept } = await library.add([file(chat('One'))], { name: 'Mine' });
    expect(kept).toBe(false);
    expect((await library.list()).map((each) => each.kept)).toEqual([true, false]);
    expect((await library.open(id)).dialogues).toHaveLength(1);
  });

  it('refuses a file without a valid record', async () => {
    await expect(visit().add([file('{"messages": []}')], { name: 'Mine' })).rejects.toMatchObject({
      code: 'bad-data',
      detail: { where: 'Mine' },
    });
  });

  it('exports lines that can be imported unchanged', async () => {
    const library = visit();
    const { id } = await library.add([file(chat('One', 'Two'))], { name: 'Mine' });
    const { datasetHandlers } = await import('../../workers/dataset/handlers.ts');
    const context = { signal: new AbortController().signal, emit: () => {} };
    const lines = await datasetHandlers().exportLines({ id, query: { words: 'one' }, builtInUrl: '' }, context);
    expect((await readDataset([new File([lines], 'x.jsonl')])).dialogues).toEqual(
      await library.find(id, { words: 'one' }),
    );
  });
});
