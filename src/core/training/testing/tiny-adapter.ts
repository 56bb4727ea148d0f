import { layerMatrices } from '../../formats/checkpoint/checkpoint.ts';
import type { ModelConfig } from '../../formats/config.ts';
import { memorySink } from '../../formats/export/memory-sink.ts';
import { writeSafetensors } from '../../formats/safetensors/write.ts';
import { seededRandom } from '../../random/xoshiro128.ts';
import { TARGET_MODULES, type TargetModule } from '../lora.ts';
import { ADAPTER_CONFIG, ADAPTER_FILE, peftConfig } from '../peft-config.ts';

const ATTENTION: readonly TargetModule[] = ['q_proj', 'k_proj', 'v_proj', 'o_proj'];

/** PEFT's files of a random adapter, by default on the attention of a model; `size` is the range of its numbers. */
export async function tinyAdapterFiles(
  config: ModelConfig,
  seed: number,
  { size = 1, rank = 4, targets = ATTENTION }: { size?: number; rank?: number; targets?: readonly TargetModule[] } = {},
): Promise<Map<string, Blob>> {
  const random = seededRandom(seed);
  const matrix = (name: string, rows: number, columns: number) => ({
    name,
    shape: [rows, columns],
    data: Float32Array.from({ length: rows * columns }, () => size * (random() - 0.5)),
  });
  const shapes = layerMatrices(config);
  const tensors = Array.from({ length: config.layers }, (_, layer) =>
    targets.flatMap((target) => {
      const part = `${TARGET_MODULES[target]}.${target}`;
      const [out, columns] = shapes[part] ?? [0, 0];
      const module = `base_model.model.model.layers.${layer}.${part}`;
      return [matrix(`${module}.lora_A.weight`, rank, columns), matrix(`${module}.lora_B.weight`, out, rank)];
    }),
  ).flat();
  const sink = memorySink(ADAPTER_FILE);
  await writeSafetensors(sink, tensors, { format: 'pt' });
  const lora = { rank, alpha: 8, dropout: 0, targets, rankStabilized: false };
  return new Map([
    [ADAPTER_FILE, sink.blob()],
    [ADAPTER_CONFIG, new Blob([peftConfig(lora, 'tiny')])],
  ]);
}
