import { prebuiltAppConfig, deleteModelInCache, hasModelInCache } from '@mlc-ai/web-llm';
import { afterEach, expect, it, vi } from 'vitest';
import { forgetWebLlm, listWebLlm, storedWebLlm } from './catalogue.ts';

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

it('knows which models WebLLM has stored whole, and deletes their weights', async () => {
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
  const list = JSON.stringify({ records: [{ dataPath: 'a.bin' }, { dataPath: 'b.bin' }] });
  const weights = new Map([
    ...['tensor-cache.json', 'a.bin', 'b.bin'].map((file) => [urlOf(whole?.id) + file, list] as const),
    ...['tensor-cache.json', 'a.bin'].map((file) => [urlOf(part?.id) + file, list] as const),
    ...['tensor-cache.json', 'a.bin', 'b.bin'].map((file) => [own.weightsUrl + file, list] as const),
  ]);
  const stub = cachesOver({ 'webllm/model': weights });
  vi.stubGlobal('caches', stub);
  const place = { library: () => Promise.resolve({ hasModelInCache, deleteModelInCache }), names: stub.keys };
  if (!whole || !part || !none) throw new Error('The list is too short.');
  const records = [whole, part, none, { ...none, ...own }, { ...none, id: 'unknown' }];
  expect(await storedWebLlm(records, place)).toEqual([whole.id, 'own']);
  await forgetWebLlm(part, place);
  expect(weights.has(`${urlOf(part.id)}a.bin`)).toBe(true);
  await forgetWebLlm(whole, place);
  expect(await storedWebLlm(records, place)).toEqual(['own']);
  expect([...weights.keys()].some((url) => url.startsWith(urlOf(whole.id)) && url.endsWith('.bin'))).toBe(false);
});

it('does not fetch WebLLM where it has stored nothing', async () => {
  const library = vi.fn();
  const [record] = await listWebLlm();
  if (!record) throw new Error('The list is empty.');
  expect(await storedWebLlm([record], { library, names: () => Promise.resolve(['workbox']) })).toEqual([]);
  expect(await storedWebLlm([], { library, names: () => Promise.resolve(['webllm/model']) })).toEqual([]);
  await forgetWebLlm(record, { library, names: () => Promise.resolve([]) });
  expect(library).not.toHaveBeenCalled();
});
