import { expect, it } from 'vitest';
import { LabError } from '../../core/error.ts';
import { eraseEverything, type BrowserStores } from './erase.ts';

interface Kept {
  texts: string[];
  databases: string[];
  files: string[];
  caches: string[];
}

function fakeStores({ fails = '' } = {}) {
  const kept: Kept = {
    texts: ['draft'],
    databases: ['solace-lab', 'solace-runs'],
    files: ['model.gguf', 'notes'],
    caches: ['solace-code-1', 'models'],
  };
  const remove = (from: keyof Kept, name: string): void => {
    if (name === fails) throw new Error(`${name} is locked`);
    kept[from] = kept[from].filter((each) => each !== name);
  };
  const stores: BrowserStores = {
    texts: [
      () => ({ clear: () => void (kept.texts = []) }),
      () => {
        if (fails === 'texts') throw new DOMException('denied', 'SecurityError');
        return { clear: () => undefined };
      },
    ],
    databases: {
      databases: () => Promise.resolve([...kept.databases.map((name) => ({ name, version: 1 })), { version: 1 }]),
      deleteDatabase: (name) => {
        const request = { error: null } as unknown as IDBOpenDBRequest;
        queueMicrotask(() => {
          try {
            remove('databases', name);
            request.onsuccess?.(new Event('success'));
          } catch {
            request.onerror?.(new Event('error'));
          }
        });
        return request;
      },
    },
    files: () =>
      Promise.resolve({
        async *keys() {
          yield* kept.files;
        },
        removeEntry: async (name: string) => remove('files', name),
      } as unknown as FileSystemDirectoryHandle),
    caches: {
      keys: () => Promise.resolve(kept.caches),
      delete: (name) => Promise.resolve((remove('caches', name), true)),
    },
    isCodeCache: (name) => name.startsWith('solace-code'),
  };
  return { kept, stores };
}

it('deletes everything except the code of the lab', async () => {
  const { kept, stores } = fakeStores();
  await eraseEverything(stores);
  expect(kept).toEqual({ texts: [], databases: [], files: [], caches: ['solace-code-1'] });
});

it.each(['solace-lab', 'model.gguf', 'models', 'texts'])(
  'says that %s could not be deleted, and deletes the rest',
  async (fails) => {
    const { kept, stores } = fakeStores({ fails });
    const error: unknown = await eraseEverything(stores).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LabError);
    expect(error).toMatchObject({ code: 'io' });
    expect(Object.values(kept).flat().toSorted()).toEqual(
      [...(fails === 'texts' ? [] : [fails]), 'solace-code-1'].toSorted(),
    );
  },
);

it('does nothing in a browser that stores nothing', async () => {
  const { kept, stores } = fakeStores();
  const before = structuredClone(kept);
  await eraseEverything({ ...stores, databases: undefined, files: undefined, caches: undefined });
  expect(kept).toEqual({ ...before, texts: [] });
  await eraseEverything({ ...stores, files: () => Promise.reject(new Error('private window')) });
  expect(kept).toEqual({ texts: [], databases: [], files: before.files, caches: ['solace-code-1'] });
});
