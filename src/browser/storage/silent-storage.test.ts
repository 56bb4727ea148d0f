import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openDatabase } from './open-database.ts';
import { useFakeIndexedDb } from '../../../tests/harness/fake-indexeddb.ts';

useFakeIndexedDb();

/** A damaged profile: requests are accepted and never answered. */
const mute = () => vi.spyOn(indexedDB, 'open').mockImplementation(() => new IDBOpenDBRequest());

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Fresh modules that open databases: test files may share modules. */
async function freshModules() {
  vi.resetModules();
  const { LabStore } = await import('./lab-store.ts');
  const { storageMissing } = await import('./storage-errors.ts');
  const { RunStore } = await import('./run-store.ts');
  const { DatasetStore } = await import('./dataset-store.ts');
  const { listNotebooks } = await import('./notebook-store.ts');
  const { listComparisons } = await import('./comparison-store.ts');
  const { openModelDatabase } = await import('../model-store/database.ts');
  const stores: [name: string, open: () => Promise<unknown>][] = [
    ['conversations', () => new LabStore().use((database) => database.getAll('heads'))],
    ['runs', () => new RunStore().list()],
    ['datasets', () => new DatasetStore().heads()],
    ['notebooks', listNotebooks],
    ['comparisons', listComparisons],
  ];
  return { stores, listNotebooks, openModelDatabase, storageMissing };
}

it('waits for a database that another tab blocks, and closes one that answers late', async () => {
  const old = await openDatabase('waits', 1, {});
  const newer = openDatabase('waits', 2, {});
  await new Promise((resolve) => setTimeout(resolve, 50));
  await vi.advanceTimersByTimeAsync(60_000);
  old.close();
  expect((await newer).version).toBe(2);

  const late = openDatabase<{ things: { key: string; value: number } }>('late', 1, {
    upgrade: (database) => void database.createObjectStore('things'),
  });
  vi.advanceTimersByTime(10_000);
  await expect(late).rejects.toMatchObject({ name: 'TimeoutError' });
  await new Promise((resolve) => setTimeout(resolve, 50));
  const again = await openDatabase('late', 2, {});
  expect([...again.objectStoreNames], 'created by the late opening, which blocks nothing').toEqual(['things']);
});

it('treats a browser that never answers as one without storage, for every store', async () => {
  const { stores, listNotebooks, openModelDatabase, storageMissing } = await freshModules();
  mute();
  const nothing = {
    code: 'unsupported',
    detail: { what: expect.stringContaining('nothing outlives this visit') as string },
  };
  const asked = stores.map(async ([name, open]) => [name, await open().catch((error: unknown) => error)]);
  const models = openModelDatabase().catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(9000);
  expect(storageMissing()).toBe(false);
  await vi.advanceTimersByTimeAsync(1000);
  for (const outcome of asked) {
    expect(await outcome).toMatchObject([expect.any(String), nothing]);
  }
  expect(await models).toMatchObject({ name: 'TimeoutError' });
  expect(storageMissing()).toBe(true);

  const next = listNotebooks().catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(2000);
  expect(await next, 'later ones wait less').toMatchObject(nothing);

  vi.restoreAllMocks();
  await listNotebooks();
  expect(storageMissing(), 'once it answers again').toBe(false);
});
