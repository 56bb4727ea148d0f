import { prebuiltAppConfig, hasModelInCache } from '@mlc-ai/web-llm';
import { afterEach, expect, it, vi } from 'vitest';
import { forgetWebLlm, listWebLlm, storedWebLlm, type WebLlmCache } from './catalogue.ts';

/** The Cache API over maps; WebLLM uses the global one. */
function cachesOver(stores: Record<string, Map<string, string>>) {
  const open = (name: string) => {
    const store = (stores[name] ??= new Map());
    const urlOf = (request: string | { url: string }) => (typeof request === 'string' ? request : request.url);
    return {
      keys: () => Promise.resolve([...store.keys()].map((url) => ({ url }))),
      match: (request: string | { url: string }) => {
        const text = store.get(urlOf(request));
        return Promise.resolve(text === undefined ? undefined : new Response(text));
      },
      delete: (request: string | { url: string }) => Promise.resolve(store.delete(urlOf(request))),
    };
  };
  return { open: (name: string) => Promise.resolve(open(name)), keys: () => Promise.resolve(Object.keys(stores)) };
}
afterEach(() => vi.unstubAllGlobals());

it('knows which models WebLLM has stored whole, and deletes all files of one model', async () => {
  const [whole, part, none] = await listWebLlm();
  const urlOf = (id = '') => {
    const { model = '' } = prebuiltAppConfig.model_list.find(({ model_id }) => model_id === id) ?? {};
    return `${model.replace(/\/$/, '')}/resolve/main/`;
  };
  const own = {
    ...none,
    id: 'own',
    weightsUrl: 'https://host.example/own/resolve/main/',
    libUrl: 'https://host.example/l.wasm',
  };
  const inside = `${own.weightsUrl}other/`;
  const list = JSON.stringify({ records: [{ dataPath: 'a.bin' }, { dataPath: 'b.bin' }] });
  const all = ['tensor-cache.json', 'tokenizer.json', 'a.bin', 'b.bin'];
  const weights = new Map([
    ...all.map((file) => [urlOf(whole?.id) + file, list] as const),
    ...['tensor-cache.json', 'a.bin'].map((file) => [urlOf(part?.id) + file, list] as const),
    ...all.map((file) => [own.weightsUrl + file, list] as const),
    [`${inside}a.bin`, list],
  ]);
  const folders = [urlOf(whole?.id), urlOf(part?.id), own.weightsUrl, inside];
  const configs = new Map(folders.map((folder) => [`${folder}mlc-chat-config.json`, '{}']));
  const libraries = new Map([[own.libUrl, 'wasm']]);
  const stub = cachesOver({ 'webllm/model': weights, 'webllm/config': configs, 'webllm/wasm': libraries });
  vi.stubGlobal('caches', stub);
  const place: WebLlmCache = {
    library: () => Promise.resolve({ hasModelInCache, prebuiltAppConfig }),
    names: stub.keys,
    open: (name) => stub.open(name) as unknown as Promise<Cache>,
  };
  if (!whole || !part || !none) throw new Error('The list is too short.');
  const records = [whole, part, none, { ...none, ...own }, { ...none, id: 'unknown' }];
  expect(await storedWebLlm(records, place)).toEqual([whole.id, 'own']);

  /** What is stored, by the folder that it is in. */
  const stored = () => {
    const urls = [...weights.keys(), ...configs.keys()];
    return folders.map((folder) => urls.filter((url) => url.slice(0, url.lastIndexOf('/') + 1) === folder).length);
  };
  expect(stored()).toEqual([5, 3, 5, 2]);
  for (const nothing of [none, { ...none, id: 'unknown' }]) await forgetWebLlm(nothing, place);
  expect(stored()).toEqual([5, 3, 5, 2]);
  await forgetWebLlm(part, place);
  expect(stored()).toEqual([5, 0, 5, 2]);
  await forgetWebLlm(whole, place);
  expect(await storedWebLlm(records, place)).toEqual(['own']);
  expect(stored()).toEqual([0, 0, 5, 2]);
  await forgetWebLlm({ ...none, ...own }, place);
  expect(stored()).toEqual([0, 0, 0, 2]);
  expect(libraries.size).toBe(1);
});

it.each([['a.bin'], ['tensor-cache.json']])('deletes a model of which only %s is stored', async (file) => {
  const [first] = await listWebLlm();
  if (!first) throw new Error('The list is empty.');
  const record = { ...first, weightsUrl: 'https://host.example/own', libUrl: 'https://host.example/l.wasm' };
  const weights = new Map([[`https://host.example/own/resolve/main/${file}`, '{}']]);
  const stub = cachesOver({ 'webllm/model': weights });
  const open = (name: string) => stub.open(name) as unknown as Promise<Cache>;
  // Its address is known without WebLLM.
  const library = vi.fn();
  await forgetWebLlm(record, { library, names: stub.keys, open });
  expect([weights.size, library.mock.calls.length]).toEqual([0, 0]);
});

it('does not fetch WebLLM where it has stored nothing', async () => {
  const library = vi.fn();
  const open = vi.fn();
  const [record] = await listWebLlm();
  if (!record) throw new Error('The list is empty.');
  expect(await storedWebLlm([record], { library, open, names: () => Promise.resolve(['workbox']) })).toEqual([]);
  expect(await storedWebLlm([], { library, open, names: () => Promise.resolve(['webllm/model']) })).toEqual([]);
  await forgetWebLlm(record, { library, open, names: () => Promise.resolve([]) });
  expect(library).not.toHaveBeenCalled();
});
