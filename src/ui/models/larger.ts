import type { MlcRecord } from '../../core/engine/record.ts';
import type { GpuProbe } from '../../lab/index.ts';

/** Models of WebLLM's list that answer without thinking aloud first, with their parameters; smallest first. */
const OFFERED = [
  ['SmolLM2-360M-Instruct', 'SmolLM2', 360e6],
  ['Llama-3.2-1B-Instruct', 'Llama 3.2', 1e9],
  ['Qwen2.5-1.5B-Instruct', 'Qwen 2.5', 1.5e9],
  ['Llama-3.2-3B-Instruct', 'Llama 3.2', 3e9],
  ['Llama-3.1-8B-Instruct', 'Llama 3.1', 8e9],
] as const;

/** A larger model that can be loaded with one press. */
export interface LargerModel {
  id: string;
  name: string;
  /** How many it has. */
  parameters: number;
  /** Of graphics memory; about as much is fetched. */
  bytes: number;
  /** Whether nothing has to be fetched any more. */
  stored: boolean;
}

/**
 * The larger models that are offered, in the arithmetic that the graphics device has.
 * @param storedBytes what this browser stores of models, by their ids
 */
export async function largerModels(
  list: readonly MlcRecord[],
  halfPrecision: boolean,
  storedBytes: (records: MlcRecord[]) => Promise<Record<string, { files: number }>>,
): Promise<LargerModel[]> {
  const offered = OFFERED.flatMap(([base, name, parameters]) => {
    const record = list.find(({ id }) => id === `${base}-${halfPrecision ? 'q4f16_1' : 'q4f32_1'}-MLC`);
    return record ? [{ record, name, parameters }] : [];
  });
  const known = await storedBytes(offered.map(({ record }) => record));
  return offered.map(({ record: { id, bytes }, name, parameters }) => {
    return { id, name, parameters, bytes, stored: (known[id]?.files ?? 0) >= bytes };
  });
}

/** Why no larger model can run here, as the end of a sentence; null where they can. */
export function whyNoLarger(gpu: GpuProbe): string | null {
  if (!gpu.available) return gpu.reason;
  return gpu.software ? `the only graphics adapter here is a program (${gpu.description})` : null;
}
