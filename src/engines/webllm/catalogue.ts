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

/** Reads the list from WebLLM, whose code is fetched for that. */
export async function listWebLlm(): Promise<MlcRecord[]> {
  const { prebuiltAppConfig } = await import('@mlc-ai/web-llm');
  return chatModels(prebuiltAppConfig.model_list);
}
