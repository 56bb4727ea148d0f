import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { useFakeIndexedDb } from '../../../tests/harness/fake-indexeddb.ts';
import { fetchPublic } from '../../../tests/harness/public-files.ts';
import { notebookHandlers } from '../../../workers/notebook/handlers.ts';
import type { PublishedRecords } from '../../core/evaluation/published.ts';
import type { ResultRecord } from '../../core/evaluation/record.ts';
import { madeUpPlan, madeUpRecord } from '../../core/explorer/testing/made-up-run.ts';
import { store } from '../runs/stored-runs.ts';
import type { ListedDataset, ListedModel } from './datasets.ts';
import type { PageData } from './page-data.ts';
import type { ListedRun, OwnRecord } from './runs.ts';
import type { NotebookServices } from './services.ts';
import { NotebookBridge } from './bridge.ts';

const BASE = 'http://localhost/';
const dialogue = { id: 'dialogue 1', utterances: [{ speaker: 'seeker', text: 'My secret.' }] };

const data = {
  listDatasets: async () => [
    { id: 'solace', name: 'Solace corpus', builtIn: true, bytes: 5 },
    { id: '0123456789abcdef', name: 'mine.json', builtIn: false, bytes: 5 },
  ],
  getDataset: async (id: string) => ({ id, dialogues: [dialogue, { ...dialogue, id: 'dialogue 2' }] }),
  listModels: async () => [
    { id: 'lab', name: 'Of the lab', embedded: true, base: { id: 'base', name: 'Base', bytes: 1 }, host: null },
    { id: 'far', name: 'Far away', embedded: false, base: null, host: 'secret.example' },
  ],
  summariseRun: async (id: string) => ({ plan: { name: id }, cells: [] }),
} as unknown as PageData;

const RECORD = madeUpRecord({ model: 'lab', hypothesis: 'Go on.' });
const context = { signal: new AbortController().signal, emit: () => undefined };

/** A bridge whose person answers `answer`, and what it was asked. */
function bridge(answer: boolean) {
  const asked: string[] = [];
  const services = {
    findPublished: async (texts: PublishedRecords, where: string, query: object) =>
      notebookHandlers.findPublished({ texts, where, query }, context),
  } as unknown as NotebookServices;
  const opened = new NotebookBridge({
    lease: () => Promise.reject(new Error('not in this test')),
    mayFetchBase: () => Promise.reject(new Error('not in this test')),
    services,
    data,
    ask: async (permission) => asked.push(permission) > 0 && answer,
  });
  const call = async <Result>(name: string, ...args: unknown[]) =>
    (await opened.call({ name, args }, context)) as Result;
  return { asked, call };
}

describe('what a notebook reads of runs, datasets and models', () => {
  useFakeIndexedDb();
  const fetched = vi.fn(fetchPublic);
  afterAll(() => vi.unstubAllGlobals());
  beforeAll(async () => {
    vi.stubGlobal('document', { baseURI: BASE });
    vi.stubGlobal('fetch', fetched);
    const judge = { id: 'judge', name: 'Judge', rounds: 1, begunAt: 0 };
    const verdict = {
      judge: 'judge',
      model: 'lab',
      representation: 'raw',
      dialogue: 'dialogue 1',
      turn: 1,
      round: 0,
      scores: { engagement: 4, comforting: 3, appropriateness: 2, suggestion: 1 },
      refused: false,
      unreadable: 0,
      repaired: false,
    };
    await store.create(
      { id: 'own-run', plan: madeUpPlan(['lab']), total: 3, createdAt: 7 },
      [RECORD, { ...RECORD, turn: 3, hypothesis: 'Why?' }],
      { judges: [judge], verdicts: [verdict] },
    );
  });

  it('asks for nothing that comes with the lab', async () => {
    const { asked, call } = bridge(false);
    const runs = await call<ListedRun[]>('runs');
    expect(runs.map(({ id }) => id)).toEqual(expect.arrayContaining(['built-in', 'esconv-test']));
    expect(runs.every(({ committed }) => committed)).toBe(true);
    const first = runs.find(({ id }) => id === 'built-in');
    expect(first).toMatchObject({ finished: true, models: [{ id: 'base' }, { id: 'tuned' }] });
    expect(first?.conditions.map(({ id }) => id)).toEqual(['raw', 'keypos', 'nostopwords']);

    expect(await call<unknown[]>('records', 'built-in')).toHaveLength(first?.records ?? 0);
    const some = await call<ResultRecord[]>('records', 'built-in', { model: 'base', representation: 'raw', limit: 3 });
    expect(some).toHaveLength(3);
    expect(some[0]).toMatchObject({ model: 'base', representation: 'raw', failed: false });
    expect(await call('summary', 'built-in')).toEqual(await call('result', 'built-in.json'));

    expect((await call<ListedDataset[]>('datasets')).map(({ id }) => id)).toEqual(['solace']);
    expect((await call<{ dialogues: unknown[] }>('dataset', 'solace', { offset: 1, limit: 5 })).dialogues).toEqual([
      { ...dialogue, id: 'dialogue 2' },
    ]);
    expect(await call<ListedModel[]>('models')).toEqual([
      { id: 'lab', name: 'Of the lab', embedded: true, base: 'base' },
    ]);
    expect(asked).toEqual([]);
    expect(fetched.mock.calls.filter(([address]) => address === `${BASE}measured.json`).length).toBeLessThan(2);
  });

  it.each([
    ['runs', 'runs', [{ own: true }]],
    ['records', 'runs', ['own-run']],
    ['records', 'runs', ['nobody’s run']],
    ['summary', 'runs', ['own-run']],
    ['datasets', 'datasets', [{ own: true }]],
    ['dataset', 'datasets', ['0123456789abcdef']],
    ['dataset', 'datasets', ['toString']],
    ['models', 'models', [{ own: true }]],
  ])('%s refuses what is the person’s unless they allow %s', async (name, permission, args) => {
    const { asked, call } = bridge(false);
    for (let i = 0; i < 2; i++) await expect(call(name, ...args)).rejects.toMatchObject({ code: 'refused' });
    expect(asked).toEqual([permission]);
  });

  it('gives what is the person’s once they allow it', async () => {
    const { asked, call } = bridge(true);
    const runs = await call<ListedRun[]>('runs', { own: true });
    expect(runs.at(-1)).toMatchObject({ id: 'own-run', committed: false, records: 2, finished: false, createdAt: 7 });
    expect(await call<OwnRecord[]>('records', 'own-run', { words: 'go' })).toEqual([
      { ...RECORD, judged: { engagement: 4, comforting: 3, appropriateness: 2, suggestion: 1 } },
    ]);
    expect(await call<OwnRecord[]>('records', 'own-run', { turn: 3 })).toEqual([
      { ...RECORD, turn: 3, hypothesis: 'Why?' },
    ]);
    await expect(call('records', 'nobody’s run')).rejects.toMatchObject({ code: 'not-found' });
    expect(await call('summary', 'own-run')).toMatchObject({ plan: { name: 'own-run' } });
    expect((await call<ListedDataset[]>('datasets', { own: true })).map(({ name }) => name)).toContain('mine.json');
    const models = await call<ListedModel[]>('models', { own: true });
    expect(models.map(({ id }) => id)).toEqual(['lab', 'far']);
    expect(JSON.stringify(models)).not.toContain('secret');
    expect(asked).toEqual(['runs', 'datasets', 'models']);
  });

  it.each([
    ['records', ['built-in', { limit: -1 }]],
    ['records', ['built-in', { model: 3 }]],
    ['dataset', ['solace', { words: ['a'] }]],
    ['runs', [{ own: 'yes' }]],
  ])('refuses %s with a query of the wrong shape', async (name, args) => {
    await expect(bridge(true).call(name, ...args)).rejects.toMatchObject({ code: 'bad-config' });
  });
});
