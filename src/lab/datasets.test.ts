import { describe, expect, it } from 'vitest';
import type { Dialogue } from '../core/dataset/dialogue.ts';
import { readDataset } from '../core/dataset/read.ts';
import { statisticsOf } from '../core/dataset/statistics.ts';
import { DatasetStore } from '../browser/storage/dataset-store.ts';
import { openBuiltIn } from '../node/dataset-file.ts';
import { DatasetLibrary } from '../../workers/dataset/library.ts';
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

describe.each([
  { id: 'solace', each: 28 },
  { id: 'solace-72', each: 2 },
])('the built-in dataset $id', ({ id, each }) => {
  it(`has ${each} dialogues of 12 to 24 alternating utterances for each of 36 scenes`, async () => {
    const { format, dialogues, bad } = await readBuiltInDataset(id);
    expect({ format, bad }).toEqual({ format: 'extes', bad: [] });
    expect(dialogues).toHaveLength(36 * each);
    const { scenes, neighbours, supporterFirst, utterancesPerDialogue } = statisticsOf(dialogues);
    expect(scenes).toHaveLength(36);
    expect(scenes.every(({ count }) => count === each)).toBe(true);
    expect({ neighbours, supporterFirst }).toEqual({ neighbours: 0, supporterFirst: 0 });
    expect(utterancesPerDialogue[0]?.length).toBeGreaterThanOrEqual(12);
    expect(utterancesPerDialogue.at(-1)?.length).toBeLessThanOrEqual(24);
  });

  it('uses only the 16 strategies of ExTES, one in every reply', async () => {
    const { dialogues } = await readBuiltInDataset(id);
    const { strategies, supporter } = statisticsOf(dialogues);
    expect(strategies.map(({ name }) => name).sort()).toEqual([...STRATEGIES].sort());
    expect(strategies.reduce((sum, { count }) => sum + count, 0)).toBe(supporter.utterances);
  });

  it('contains no description and no reply twice', async () => {
    const { dialogues } = await readBuiltInDataset(id);
    const said = dialogues.flatMap(({ utterances, situation }) => [
      situation ?? '',
      ...utterances.filter(({ speaker }) => speaker === 'supporter').map(({ text }) => text.toLowerCase()),
    ]);
    expect(new Set(said).size).toBe(said.length);
  });
});

describe('the built-in datasets', () => {
  it('contain no utterance of the 72 dialogues twice', async () => {
    const { dialogues } = await readBuiltInDataset('solace-72');
    const said = dialogues.flatMap(({ utterances }) => utterances.map(({ text }) => text.toLowerCase()));
    expect(new Set(said).size).toBe(said.length);
  });

  it('divide the corpus into a training and a test part that share no dialogue, each with every scene', async () => {
    const [whole, train, test] = await Promise.all(
      ['solace', 'solace-train', 'solace-test'].map(async (id) => (await readBuiltInDataset(id)).dialogues),
    );
    expect([train?.length, test?.length]).toEqual([806, 202]);
    for (const part of [train, test]) expect(new Set(part?.map(({ scene }) => scene)).size).toBe(36);
    const byId = (a: Dialogue, b: Dialogue) => a.id.localeCompare(b.id);
    expect([...(train ?? []), ...(test ?? [])].sort(byId)).toEqual([...(whole ?? [])].sort(byId));
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
    expect((await later.list()).map(({ builtIn, part, kept, name }) => [builtIn, part, kept, name])).toEqual([
      [true, undefined, true, 'Solace corpus'],
      [true, 'test', true, 'Solace corpus, test part'],
      [true, 'train', true, 'Solace corpus, training part'],
      [false, undefined, true, 'Mine'],
    ]);
    expect((await later.summary(summary.id)).bad[0]?.place).toBe('chats.jsonl line 4');
    expect(await later.browse(summary.id, { words: 'two' }, 0, 10)).toEqual({
      total: 1,
      rows: [{ id: 'dialogue 2', scene: 's', emotion: undefined, opening: 'Two', utterances: 2 }],
    });
    expect((await later.dialogue(summary.id, 'dialogue 3'))?.utterances[1]?.text).toBe('Re: Three');
    expect((await later.statistics(summary.id, {})).all.utterances).toBe(6);
    await later.remove(summary.id);
    expect(await visit().list()).toHaveLength(3);
    await expect(visit().open(summary.id)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('opens the former built-in dataset, which it does not list, under each of its names', async () => {
    const library = visit();
    expect((await library.list()).map(({ id }) => id)).not.toContain('solace-72');
    for (const id of ['solace-72', 'built-in'])
      expect(await library.summary(id)).toMatchObject({
        id: 'solace-72',
        name: 'Solace 72',
        dialogues: 72,
        builtIn: true,
      });
  });

  it('reads a built-in file once, and again after a failure', async () => {
    const asked: string[] = [];
    const library = new DatasetLibrary({
      readBuiltIn: (name) =>
        asked.push(name) === 1 ? Promise.reject(new TypeError('Failed to fetch')) : openBuiltIn(name),
    });
    await expect(library.list()).rejects.toThrow('Failed to fetch');
    await Promise.all([library.list(), library.summary('solace-test'), library.statistics('solace', {})]);
    expect(asked).toEqual(['solace.json', 'solace.json']);
  });

  it('lists what was imported where the built-in datasets cannot be fetched', async () => {
    await visit().add([file(chat('One'))], { name: 'Mine' });
    const offline = new DatasetLibrary({
      store: new DatasetStore(),
      readBuiltIn: () => Promise.reject(new TypeError('Failed to fetch')),
    });
    expect((await offline.list()).map(({ name }) => name)).toEqual(['Mine']);
  });

  it('recognises the same dialogues', async () => {
    const library = visit();
    const first = await library.add([file(chat('One'))], { name: 'Mine' });
    const again = await library.add([file(chat('One'))], { name: 'Mine, again' });
    expect(again.id).toBe(first.id);
    expect((await library.list()).slice(3).map(({ name }) => name)).toEqual(['Mine, again']);
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
    expect((await library.list()).map((each) => each.kept)).toEqual([true, true, true, false]);
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
    const lines = await datasetHandlers().exportLines({ id, query: { words: 'one' }, builtInFolder: '' }, context);
    expect((await readDataset([new File([lines], 'x.jsonl')])).dialogues).toEqual(
      await library.find(id, { words: 'one' }),
    );
  });
});
