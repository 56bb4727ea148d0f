import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { useFakeIndexedDb } from '../../../tests/harness/fake-indexeddb.ts';
import { notebookHandlers } from '../../../workers/notebook/handlers.ts';
import { parsePlan } from '../../core/evaluation/plan.ts';
import type { PublishedRecords } from '../../core/evaluation/published.ts';
import type { ResultRecord } from '../../core/evaluation/record.ts';
import type { ListedDataset, ListedModel } from './datasets.ts';
import type { ListedRun, OwnRecord } from './runs.ts';
import type { NotebookServices } from './services.ts';
import { NotebookBridge } from './bridge.ts';

const PUBLIC = join(import.meta.dirname, '../../../public');
const dialogue = { id: 'dialogue 1', utterances: [{ speaker: 'seeker', text: 'My secret.' }] };

vi.mock('../published-results.ts', () => ({
  listMeasured: async () => {
    const files = readdirSync(join(PUBLIC, 'results'));
    return {
      results: files.filter((file) => file.endsWith('.json')),
      numbers: files.filter((file) => file.endsWith('.numbers.jsonl')),
      records: [],
      verdicts: [],
      runs: [],
    };
  },
  readMeasured: async (_: string, file: string) => readFileSync(join(PUBLIC, 'results', file), 'utf8'),
}));
vi.mock('../datasets.ts', () => ({
  listDatasets: async () => [
    { id: 'solace', name: 'Solace corpus', builtIn: true, bytes: 5 },
    { id: '0123456789abcdef', name: 'mine.json', builtIn: false, bytes: 5 },
  ],
  getDataset: async (id: string) => ({ id, dialogues: [dialogue, { ...dialogue, id: 'dialogue 2' }] }),
}));
vi.mock('../models/list.ts', () => ({
  listModels: async () => [
    { id: 'lab', name: 'Of the lab', embedded: true, base: { id: 'base', name: 'Base', bytes: 1 }, host: null },
    { id: 'far', name: 'Far away', embedded: false, base: null, host: 'secret.example' },
  ],
}));
vi.mock('../runs/runs.ts', async () => {
  const { store } = await import('../runs/stored-runs.ts');
  return { listRuns: () => store.list(), summariseRun: async (id: string) => ({ plan: { name: id }, cells: [] }) };
});
vi.mock('./training.ts', () => ({ freeTuned: async () => undefined }));

const RECORD: ResultRecord = {
  model: 'lab',
  representation: 'raw',
  dialogue: 'dialogue 1',
  turn: 1,
  reference: 'I see.',
  hypothesis: 'Go on.',
  promptTokens: 5,
  leftOut: 0,
  nll: null,
  timing: null,
  scores: {},
};
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
    services,
    ask: async (permission) => asked.push(permission) > 0 && answer,
  });
  const call = async <Result>(name: string, ...args: unknown[]) =>
    (await opened.call({ name, args }, context)) as Result;
  return { asked, call };
}

describe('what a notebook reads of runs, datasets and models', () => {
  useFakeIndexedDb();
  beforeAll(async () => {
    const { store } = await import('../runs/stored-runs.ts');
    const plan = parsePlan({
      format: 'solace-lab-plan',
      version: 1,
      name: 'My run',
      dataset: { name: 'Mine', source: '0123456789abcdef' },
      models: [{ kind: 'lab', id: 'lab', name: 'Of the lab' }],
    });
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
      { id: 'own-run', plan, total: 3, createdAt: 7 },
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
