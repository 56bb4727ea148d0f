import { expect, it } from 'vitest';
import { LabError } from '../../core/error.ts';
import type { ModelSummary } from '../../lab/index.ts';
import { Adding, type ModelIntake } from './adding.svelte.ts';
import { deferred, fakeToasts } from './testing/fakes.ts';

const added = (name: string) => ({ id: `id of ${name}`, name }) as ModelSummary;

function setUp(intake: Partial<ModelIntake> = {}) {
  const calls: unknown[] = [];
  const toasts = fakeToasts();
  const take = (...call: unknown[]): Promise<ModelSummary> => (calls.push(call), Promise.resolve(added('M')));
  const adding = new Adding({
    intake: {
      addFromFiles: (files, { paths }) =>
        take(
          'files',
          [...files].map(({ name }) => name),
          paths,
        ),
      addFromUrl: (url) => take('address', url),
      addMlc: (model) => take('mlc', model),
      addEndpoint: (endpoint) => take('endpoint', endpoint),
      convertToOnnx: (id) => take('convert', id),
      combineAdapters: (name, adapters) => take('combine', name, adapters),
      adapterFilesOf: (id, format) => Promise.resolve(new Map([[`${id}.${format}`, new Blob(['x'])]])),
      ...intake,
    },
    models: {
      refresh: () => Promise.resolve(void calls.push('refresh')),
      choose: (id) => void calls.push(['choose', id]),
    },
    saveFile: (name, content) => void calls.push(['save', name, content.size]),
    toasts,
  });
  return { adding, calls, toasts };
}

it('chooses, lists and announces a model that was added', async () => {
  const { adding, calls, toasts } = setUp();
  await adding.files([{ path: 'folder/model.gguf', file: new File([], 'model.gguf') }]);
  expect(calls).toEqual([['files', ['model.gguf'], ['folder/model.gguf']], ['choose', 'id of M'], 'refresh']);
  expect(toasts.texts()).toEqual(['M was added.']);
  expect(adding).toMatchObject({ name: null, progress: null, error: null });
});

it.each<[name: string, call: unknown, act: (adding: Adding) => Promise<void>]>([
  ['an address', ['address', 'https://host/m.gguf'], (adding) => adding.address('https://host/m.gguf')],
  ['a prebuilt model', ['mlc', { id: 'Llama' }], (adding) => adding.prebuilt('Llama')],
  [
    'a pair of addresses',
    ['mlc', { id: 'Mine', weightsUrl: 'https://host/weights', libUrl: 'https://host/lib.wasm' }],
    (adding) => adding.pair({ name: 'Mine', modelUrl: 'https://host/weights', libraryUrl: 'https://host/lib.wasm' }),
  ],
  [
    'an endpoint without a key',
    ['endpoint', { baseUrl: 'https://host', model: 'm' }],
    (adding) => adding.endpoint({ baseUrl: 'https://host', model: 'm', key: '', remember: true }),
  ],
  [
    'an endpoint with a key for this visit',
    ['endpoint', { baseUrl: 'https://host', model: 'm', apiKey: 'k', keepKey: false }],
    (adding) => adding.endpoint({ baseUrl: 'https://host', model: 'm', key: 'k', remember: false }),
  ],
  ['a conversion', ['convert', 'gguf'], (adding) => adding.convert('gguf', 'M')],
])('passes on %s', async (_, call, act) => {
  const { adding, calls } = setUp();
  await act(adding);
  expect(calls[0]).toEqual(call);
});

it('adds one at a time, and shows its progress', async () => {
  const loading = deferred<ModelSummary>();
  const { adding, calls } = setUp({
    addFromUrl: (_url, { onProgress }) => {
      onProgress?.({ file: 'm.gguf', loadedBytes: 1, totalBytes: 2 } as never);
      return loading.promise;
    },
  });
  const first = adding.address('https://host/m.gguf');
  expect(adding).toMatchObject({ name: 'https://host/m.gguf', progress: { loadedBytes: 1, totalBytes: 2 } });
  await adding.prebuilt('Llama');
  expect(calls).toEqual([]);
  loading.resolve(added('M'));
  await first;
  expect(adding.name).toBeNull();
});

it('shows why a model could not be added, until another is added', async () => {
  const { adding, toasts } = setUp({ addFromFiles: () => Promise.reject(new Error('no GGUF')) });
  const file = new File([], 'x');
  await adding.files([
    { path: 'x', file },
    { path: 'y', file },
  ]);
  expect(adding.error?.message).toBe('2 files: The model could not be added (no GGUF).');
  expect(toasts.shown).toEqual([]);
  await adding.prebuilt('Llama');
  expect(adding.error).toBeNull();
});

it('is cancelled without an error', async () => {
  const { adding } = setUp({
    addFromUrl: (_url, { signal }) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(LabError.cancelled()))),
  });
  adding.cancel();
  const first = adding.address('https://host/m.gguf');
  adding.cancel();
  await first;
  expect(adding).toMatchObject({ name: null, error: null });
});
