import { LabError } from '../../core/error.ts';
import { RpcWorker, type WorkerLike } from '../../rpc/worker.ts';
import type { EngineId, LoadedModel, LoadOptions, ModelTokenizer } from '../../core/engine/engine.ts';
import { chooseDevice, surroundings } from '../../engines/choose-device.ts';
import type { MemoryEstimate } from '../../core/engine/memory.ts';
import { normaliseBaseUrl } from '../../engines/openai/endpoint.ts';
import type { EndpointRecord, EngineChoice, MlcRecord, ModelFormat, ModelRecord } from '../../core/engine/record.ts';
import { openModelDatabase, type ModelDatabase } from '../../browser/model-store/database.ts';
import { wasmThreads } from '../../engines/threads.ts';
import type { DroppedFile } from '../../browser/model-store/ingest.ts';
import type { LibraryApi } from '../../../workers/library/api.ts';
import { ENGINE_FOR } from '../../engines/features.ts';
import { WorkerModel } from './worker-model.ts';

/** A model as a person sees it in the list. */
export interface ModelSummary {
  id: string;
  name: string;
  summary: string;
  format: ModelFormat;
  /** Bytes of all files; 0 where there are none or it is not known yet. */
  bytes: number;
  /** Bytes of it on this device. */
  storedBytes: number;
  /** It comes with the lab: removing it only frees its files. */
  embedded: boolean;
  /** Megabytes of graphics memory, where a list states them. */
  vramMb: number | null;
  /** The endpoint's host, for models that messages are sent to. */
  host: string | null;
}

export interface NewEndpoint {
  name?: string;
  baseUrl: string;
  model: string;
  apiKey?: string;
  /** Store the key on this device in plain text; otherwise it is forgotten with the page. */
  keepKey?: boolean;
  contextWindow?: number | null;
}

/** An id of WebLLM's list, or an id of one's own with both addresses. */
export interface NewMlc {
  id: string;
  weightsUrl?: string;
  libUrl?: string;
}

export interface ModelLoadOptions extends LoadOptions {
  device?: 'auto' | 'webgpu' | 'wasm';
  /** Another engine than the table's, for comparisons; it must run the model's format. */
  engine?: EngineId;
  /** An endpoint's key, for this page only. */
  apiKey?: string;
}

export interface LibraryParts {
  /** The lab's own address, ending in a slash. */
  base: string;
  embedded: ModelRecord[];
  spawnEngine: () => WorkerLike | Worker;
  spawnLibrary: () => WorkerLike | Worker;
  /** Name of the database, for tests. */
  database?: string;
}

export type ModelLibrary = ReturnType<typeof createModelLibrary>;

/** The catalogue of models and the way to load them. Workers and database are opened when they are first needed. */
export function createModelLibrary(parts: LibraryParts) {
  const worker = new RpcWorker<LibraryApi>('model files', parts.spawnLibrary);
  const listeners = new Set<() => void>();
  const changes = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('solace-lab-models');
  changes?.addEventListener('message', () => notify());
  /** Records of models without files where there is no database: they last as long as the page. */
  const unkept = new Map<string, ModelRecord>();
  /** Keys of endpoints, for as long as the page lives. */
  const keys = new Map<string, string>();
  let opened: Promise<ModelDatabase> | undefined;
  const database = () =>
    (opened ??= openModelDatabase(parts.database).catch((error: unknown) => {
      opened = undefined;
      throw LabError.from(error, {
        code: 'io',
        what: 'The list of models cannot be opened',
        todo: 'Private windows often allow no storage; use a normal one.',
      });
    }));
  const base = parts.base;

  function notify(): void {
    for (const listener of listeners) listener();
  }
  function changed(): void {
    notify();
    changes?.postMessage(null);
  }

  async function records(): Promise<ModelRecord[]> {
    const added = await database().then(
      (db) => db.getAll('models'),
      () => [],
    );
    const all = [...added.filter(({ id }) => !unkept.has(id)), ...unkept.values()];
    return [...parts.embedded, ...all.sort((a, b) => b.addedAt - a.addedAt)];
  }
  async function find(id: string): Promise<ModelRecord> {
    const record = (await records()).find((each) => each.id === id);
    if (record) return record;
    throw new LabError({
      code: 'not-found',
      where: id,
      what: 'There is no such model here.',
      todo: 'Choose one from the list, or add it again.',
    });
  }
  /** Opens it, so that a failure shows at once. */
  async function openTokenizer(id: string, by: RpcWorker<LibraryApi>): Promise<ModelTokenizer> {
    const record = await find(id);
    await by.call('countTokens', { record, base, texts: [], form: 'words' });
    return {
      countTokens: (texts, form = 'words') => by.call('countTokens', { record, base, texts, form }),
      renderPrompt: (messages) => by.call('renderPrompt', { record, base, messages }),
    };
  }
  async function keep(record: ModelRecord): Promise<ModelSummary> {
    const kept = database().then((db) => db.put('models', record));
    if (record.format === 'endpoint' || record.format === 'mlc') {
      // Nothing of them lies on this device, so they can be used without being kept.
      await kept.then(
        () => unkept.delete(record.id),
        () => unkept.set(record.id, record),
      );
    } else await kept;
    changed();
    return summarise(record, record.format === 'onnx' || record.format === 'gguf' ? record.bytes : 0);
  }

  function summarise(record: ModelRecord, storedBytes: number): ModelSummary {
    const { id, name, summary, format, bytes } = record;
    return {
      id,
      name,
      summary,
      format,
      bytes,
      storedBytes,
      embedded: !record.added,
      vramMb: record.format === 'mlc' ? record.vramMb : null,
      host: record.format === 'endpoint' ? new URL(record.baseUrl).host : null,
    };
  }

  return {
    async list(): Promise<ModelSummary[]> {
      const all = await records();
      const stored = await worker
        .call(
          'storedBytes',
          all.map(({ id }) => id),
        )
        .catch((): Record<string, number> => ({}));
      return all.map((record) => summarise(record, stored[record.id] ?? 0));
    },

    webLlmModels: (): Promise<MlcRecord[]> => worker.call('webLlmList', null),

    async addFiles(
      files: Iterable<File>,
      { convert = false, paths, ...options }: LoadOptions & { convert?: boolean; paths?: string[] } = {},
    ) {
      await askToPersist();
      const dropped: DroppedFile[] = [...files].map((file, i) => ({
        path: paths?.[i] ?? (file.webkitRelativePath || file.name),
        file,
      }));
      return keep(await worker.call('addFiles', { files: dropped, convert }, callOptions(options)));
    },

    async addUrl(url: string, options: LoadOptions = {}) {
      await askToPersist();
      return keep(await worker.call('addUrl', { url, base }, callOptions(options)));
    },

    async addEndpoint({ name, baseUrl, model, apiKey, keepKey = false, contextWindow = null }: NewEndpoint) {
      const address = normaliseBaseUrl(baseUrl);
      const { host } = new URL(address);
      const record: EndpointRecord = {
        id: `endpoint:${host}:${model}`,
        name: name?.trim() || `${model} at ${host}`,
        summary: `Runs on ${host}; messages are sent there.`,
        bytes: 0,
        addedAt: Date.now(),
        added: true,
        format: 'endpoint',
        baseUrl: address,
        model,
        contextWindow,
        apiKey: (keepKey && apiKey) || null,
      };
      // One that was typed for this host before does not go along unasked.
      if (apiKey) keys.set(record.id, apiKey);
      else keys.delete(record.id);
      return keep(record);
    },

    async addMlc({ id, weightsUrl, libUrl }: NewMlc) {
      if (!weightsUrl !== !libUrl) {
        throw new LabError({
          code: 'bad-config',
          where: id,
          what: 'Weights and model library are both needed.',
          todo: 'Give both addresses, or choose a model of the list.',
        });
      }
      if (!weightsUrl || !libUrl) {
        const record = (await worker.call('webLlmList', null)).find((each) => each.id === id);
        if (!record)
          throw new LabError({
            code: 'not-found',
            where: id,
            what: "WebLLM's list has no such model.",
            todo: 'Choose one of the list, or give both addresses.',
          });
        return keep({ ...record, added: true, addedAt: Date.now() });
      }
      const absolute = (text: string) => {
        if (URL.canParse(text)) return new URL(text).href;
        throw new LabError({
          code: 'bad-config',
          where: text,
          what: 'This is not an address.',
          todo: 'Give full addresses that begin with http or https.',
        });
      };
      return keep({
        id,
        name: id,
        summary: 'Model in MLC format; runs on WebGPU with WebLLM.',
        bytes: 0,
        addedAt: Date.now(),
        added: true,
        format: 'mlc',
        weightsUrl: absolute(weightsUrl),
        libUrl: absolute(libUrl),
        vramMb: null,
        lowResource: false,
        requiredFeatures: [],
      });
    },

    async convert(id: string, options: LoadOptions = {}) {
      return keep(await worker.call('convert', { record: await find(id), base }, callOptions(options)));
    },

    async remove(id: string): Promise<void> {
      if (!unkept.delete(id)) await (await database()).delete('models', id);
      keys.delete(id);
      await worker.call('remove', id);
      changed();
    },

    async load(
      id: string,
      { device = 'auto', engine: wanted, apiKey, ...options }: ModelLoadOptions = {},
    ): Promise<LoadedModel> {
      const record = await find(id);
      const key = apiKey ?? keys.get(id);
      const start = (choice: EngineChoice) =>
        WorkerModel.load(
          parts.spawnEngine,
          { record, choice, base, threads: wasmThreads(), ...(key ? { apiKey: key } : {}) },
          options,
        );
      const engines = ENGINE_FOR[record.format];
      const chosen = device === 'auto' ? chooseDevice(engines, await surroundings()) : { device };
      const engine = wanted ?? engines[chosen.device];
      if (!engine) {
        throw new LabError({
          code: 'unsupported',
          where: record.name,
          what: `Models of the format ${record.format} do not run on ${device}.`,
          todo: 'Leave the choice of device to the lab.',
        });
      }
      try {
        return await start({ engine, ...chosen });
      } catch (error) {
        const fallback = engines.wasm;
        if (device !== 'auto' || chosen.device !== 'webgpu' || !fallback || !isGpuTrouble(error)) throw error;
        return await start({
          engine: fallback,
          device: 'wasm',
          note: `Runs on the processor, so replies are slower: WebGPU failed: ${error.detail.what}`,
        });
      } finally {
        notify();
      }
    },

    async estimate(id: string, device: 'webgpu' | 'wasm'): Promise<MemoryEstimate | null> {
      return worker.call('estimate', { record: await find(id), base, device });
    },

    tokenizer: (id: string): Promise<ModelTokenizer> => openTokenizer(id, worker),

    async ownTokenizer(id: string): Promise<ModelTokenizer & { close(): void }> {
      const own = new RpcWorker<LibraryApi>('tokenizer', parts.spawnLibrary);
      try {
        return { ...(await openTokenizer(id, own)), close: () => own.terminate() };
      } catch (error) {
        own.terminate();
        throw error;
      }
    },

    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function isGpuTrouble(error: unknown): error is LabError {
  return (
    error instanceof LabError && ['device-lost', 'out-of-memory', 'unsupported', 'missing-file'].includes(error.code)
  );
}

/** Without this the browser may throw model files away when the disk runs low. Some browsers ask the person. */
async function askToPersist(): Promise<void> {
  await navigator.storage?.persist?.().catch(() => false);
}

function callOptions({ onProgress, signal }: LoadOptions) {
  return { ...(onProgress ? { onEvent: onProgress } : {}), ...(signal ? { signal } : {}) };
}
