import type { AppConfig, deleteModelInCache, hasModelInCache } from '@mlc-ai/web-llm';
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

/** Where WebLLM keeps weights in the Cache API. */
const WEIGHTS_CACHE = 'webllm/model';

/** What finds WebLLM's files: its own functions, and the caches of this browser. */
export interface WebLlmCache {
  library: () => Promise<{ hasModelInCache: typeof hasModelInCache; deleteModelInCache: typeof deleteModelInCache }>;
  names: () => Promise<string[]>;
}
const HERE: WebLlmCache = {
  library: () => import('@mlc-ai/web-llm'),
  names: async () => (typeof caches === 'undefined' ? [] : caches.keys()),
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

/** Deletes the weights that WebLLM stored for a model. */
export async function forgetWebLlm(record: MlcRecord, place = HERE): Promise<void> {
  // WebLLM would fetch the list of files of a model that it has not stored.
  if ((await storedWebLlm([record], place)).length === 0) return;
  await (await place.library()).deleteModelInCache(record.id, appConfigOf(record, record.id));
}

/** Reads the list from WebLLM, whose code is fetched for that. */
export async function listWebLlm(): Promise<MlcRecord[]> {
  const { prebuiltAppConfig } = await import('@mlc-ai/web-llm');
  return chatModels(prebuiltAppConfig.model_list);
}
