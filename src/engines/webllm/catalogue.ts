import type { AppConfig, hasModelInCache, prebuiltAppConfig } from '@mlc-ai/web-llm';
import { formatBytes } from '../../core/units.ts';
import type { MlcRecord } from '../../core/engine/record.ts';

interface PrebuiltRecord {
  model: string;
  model_id: string;
  vram_required_MB?: number;
  low_resource_required?: boolean;
  required_features?: string[];
  model_type?: number;
}

const MIB = 2 ** 20;
/** WebLLM's ModelType.LLM. */
const LANGUAGE_MODEL = 0;
/** Excludes base models, code and mathematics models, and function callers. */
const NOT_CHAT = /base|coder|math|embed|vision|hermes-2-pro|deepscaler/i;

/** The chat models of WebLLM's own list, smallest first. Their files are on the servers that the list names. */
export function chatModels(list: PrebuiltRecord[]): MlcRecord[] {
  return list
    .filter(({ model_id, model_type }) => (model_type ?? LANGUAGE_MODEL) === LANGUAGE_MODEL && !NOT_CHAT.test(model_id))
    .map((entry): MlcRecord => {
      const vramMb = entry.vram_required_MB ?? null;
      return {
        id: entry.model_id,
        name: entry.model_id
          .replace(/-MLC(-1k)?$/, (_, short: string | undefined) => (short ? ' (short window)' : ''))
          .replaceAll('-', ' '),
        summary:
          'Runs on WebGPU with ' +
          `WebLLM${vramMb === null ? '' : `; takes ${formatBytes(vramMb * MIB)} of graphics memory`}.`,
        // The list states memory, not size; weights make up most of it.
        bytes: Math.round((vramMb ?? 0) * MIB),
        addedAt: 0,
        added: false,
        format: 'mlc',
        weightsUrl: null,
        libUrl: null,
        vramMb,
        lowResource: entry.low_resource_required ?? false,
        requiredFeatures: entry.required_features ?? [],
      };
    })
    .sort((a, b) => (a.vramMb ?? Infinity) - (b.vramMb ?? Infinity));
}

/** WebLLM's own list of models is meant where a record has no addresses. */
export function appConfigOf({ weightsUrl, libUrl }: MlcRecord, modelId: string): AppConfig | undefined {
  if (!weightsUrl || !libUrl) return undefined;
  return { model_list: [{ model: weightsUrl, model_id: modelId, model_lib: libUrl }] };
}

/** Where WebLLM keeps weights, their list and the tokenizer in the Cache API. */
const WEIGHTS_CACHE = 'webllm/model';
/** Where it keeps a model's configuration. The library in `webllm/wasm` may serve several models. */
const CONFIG_CACHE = 'webllm/config';

/** What finds WebLLM's files: its own functions, and the caches of this browser. */
export interface WebLlmCache {
  library: () => Promise<{ hasModelInCache: typeof hasModelInCache; prebuiltAppConfig: typeof prebuiltAppConfig }>;
  names: () => Promise<string[]>;
  open: (name: string) => Promise<Pick<Cache, 'keys' | 'delete'>>;
}
const HERE: WebLlmCache = {
  library: () => import('@mlc-ai/web-llm'),
  names: async () => (typeof caches === 'undefined' ? [] : caches.keys()),
  open: (name) => caches.open(name),
};

/**
 * The ids of models whose weights WebLLM has all stored in this browser. Its code is fetched only if it has stored
 * any; a model that it does not know is not stored.
 */
export async function storedWebLlm(records: readonly MlcRecord[], place = HERE): Promise<string[]> {
  if (records.length === 0 || !(await place.names()).includes(WEIGHTS_CACHE)) return [];
  const library = await place.library();
  const stored = records.map(async (record) => {
    const found = await library.hasModelInCache(record.id, appConfigOf(record, record.id)).catch(() => false);
    return found ? [record.id] : [];
  });
  return (await Promise.all(stored)).flat();
}

/** Deletes what WebLLM stored from a model's address, also of one that it has stored in part. */
export async function forgetWebLlm(record: MlcRecord, place = HERE): Promise<void> {
  const names = await place.names();
  const used = [WEIGHTS_CACHE, CONFIG_CACHE].filter((name) => names.includes(name));
  if (used.length === 0) return;
  const { model_list: list } = appConfigOf(record, record.id) ?? (await place.library()).prebuiltAppConfig;
  const known = list.find(({ model_id }) => model_id === record.id);
  if (!known) return;
  const folder = filesAddress(known.model);
  for (const name of used) {
    const cache = await place.open(name);
    const own = (await cache.keys()).filter(({ url }) => isDirectlyIn(folder, url));
    await Promise.all(own.map((request) => cache.delete(request)));
  }
}

/** The address of a model's files, made from that of its repository as WebLLM does. */
function filesAddress(model: string): string {
  const folder = model.endsWith('/') ? model : `${model}/`;
  return new URL(/.+\/resolve\/.+\//.test(folder) ? folder : `${folder}resolve/main/`).href;
}

/** Whether a file is in this folder itself: one inside may be that of another model. */
const isDirectlyIn = (folder: string, url: string): boolean =>
  url.startsWith(folder) && !url.slice(folder.length).includes('/');

/** Reads the list from WebLLM, whose code is fetched for that. */
export async function listWebLlm(): Promise<MlcRecord[]> {
  const { prebuiltAppConfig } = await import('@mlc-ai/web-llm');
  return chatModels(prebuiltAppConfig.model_list);
}
