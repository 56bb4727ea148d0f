import { describe, expect, it, vi } from 'vitest';
import { EMBEDDED_ADAPTERS, EMBEDDED_MODEL } from '../../core/engine/embedded.ts';
import type { EndpointRecord, GgufRecord } from '../../core/engine/record.ts';
import { ModelCatalogue } from './catalogue.ts';

const base = { name: 'M', summary: '', bytes: 1, added: true };
const gguf: GgufRecord = { ...base, id: 'file', addedAt: 2, format: 'gguf', url: null, parts: ['m.gguf'] };
const endpoint: EndpointRecord = {
  ...base,
  id: 'endpoint:host:m',
  addedAt: 1,
  format: 'endpoint',
  baseUrl: 'http://host/v1',
  model: 'm',
  contextWindow: null,
  apiKey: null,
};

/** A database in memory. */
function records() {
  const stored = new Map<string, object>();
  return {
    getAll: () => Promise.resolve([...stored.values()]),
    put: (_: string, record: { id: string }) => Promise.resolve(void stored.set(record.id, record)),
    delete: (_: string, id: string) => Promise.resolve(void stored.delete(id)),
  } as unknown as ReturnType<ConstructorParameters<typeof ModelCatalogue>[0]> extends Promise<infer R> ? R : never;
}
const closed = () => Promise.reject(new Error('A private window.'));
const silent = () => undefined;
/** What comes with the lab. */
const OURS = [EMBEDDED_MODEL, ...EMBEDDED_ADAPTERS];

describe('ModelCatalogue', () => {
  it('lists the embedded model first, then what was added, the newest first', async () => {
    const db = records();
    const catalogue = new ModelCatalogue(() => Promise.resolve(db), silent);
    await catalogue.keep(endpoint);
    await catalogue.keep(gguf);
    expect(await catalogue.list()).toEqual([...OURS, gguf, endpoint]);
    expect(await catalogue.find('file')).toEqual(gguf);
    await catalogue.remove('file');
    await expect(catalogue.find('file')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('keeps endpoints while the page is open if the browser stores nothing, and refuses files', async () => {
    const catalogue = new ModelCatalogue(closed, silent);
    await catalogue.keep(endpoint);
    expect(await catalogue.list()).toEqual([...OURS, endpoint]);
    await expect(catalogue.keep(gguf)).rejects.toMatchObject({ code: 'io' });
    await catalogue.remove(endpoint.id);
    expect(await catalogue.list()).toEqual(OURS);
  });

  it('opens the database again after a failure', async () => {
    const db = records();
    const open = vi.fn(() => Promise.resolve(db));
    open.mockImplementationOnce(closed);
    const catalogue = new ModelCatalogue(open, silent);
    expect(await catalogue.list()).toEqual(OURS);
    await catalogue.keep(gguf);
    expect(await catalogue.list()).toHaveLength(OURS.length + 1);
    expect(open).toHaveBeenCalledTimes(2);
  });

  it('notifies this tab and the others of changes until they unsubscribe', async () => {
    const db = records();
    const channel = Object.assign(new EventTarget(), { postMessage: vi.fn() }) as unknown as BroadcastChannel;
    const catalogue = new ModelCatalogue(
      () => Promise.resolve(db),
      () => channel,
    );
    const heard = vi.fn();
    const stop = catalogue.subscribe(heard);
    await catalogue.keep(gguf);
    channel.dispatchEvent(new Event('message'));
    catalogue.notify();
    expect(heard).toHaveBeenCalledTimes(3);
    expect(channel.postMessage).toHaveBeenCalledOnce();
    stop();
    await catalogue.remove('file');
    expect(heard).toHaveBeenCalledTimes(3);
  });
});
