import { LabError } from '../error.ts';
import { layerMatrices } from '../formats/checkpoint/checkpoint.ts';
import type { ModelConfig } from '../formats/config.ts';

/** Projections that can carry an adapter, with the module each belongs to. */
export const TARGET_MODULES = {
  q_proj: 'self_attn',
  k_proj: 'self_attn',
  v_proj: 'self_attn',
  o_proj: 'self_attn',
  gate_proj: 'mlp',
  up_proj: 'mlp',
  down_proj: 'mlp',
} as const;
export type TargetModule = keyof typeof TARGET_MODULES;
export const TARGET_MODULE_NAMES = Object.keys(TARGET_MODULES) as TargetModule[];

/** Low-rank adaptation (Hu et al. 2021): W + scaling·B·A on the target modules. */
export interface LoraConfig {
  rank: number;
  alpha: number;
  /** Probability that an element of an adapter's input is zeroed in a training step. */
  dropout: number;
  targets: TargetModule[];
  /**
   * Layers that carry an adapter (PEFT's `layers_to_transform`); default: all. Nothing is differentiated below the
   * first.
   */
  layers?: readonly number[] | undefined;
  /** Scaling alpha/√rank (Kalajdzievski 2023) instead of alpha/rank. */
  rankStabilized: boolean;
}

/** For a model without adapters, or with merged ones. */
export const NO_ADAPTER: LoraConfig = { rank: 1, alpha: 1, dropout: 0, targets: [], rankStabilized: false };

export function scaling({ alpha, rank, rankStabilized }: LoraConfig): number {
  return alpha / (rankStabilized ? Math.sqrt(rank) : rank);
}

/** Whether a projection carries an adapter. */
export function isAdapted(
  { targets, layers }: Pick<LoraConfig, 'targets' | 'layers'>,
  layer: number,
  target: TargetModule,
): boolean {
  return targets.includes(target) && (layers?.includes(layer) ?? true);
}

/** [out, in] of a projection. */
export function projectionShape(config: ModelConfig, target: TargetModule): [out: number, in_: number] {
  const shape = layerMatrices(config)[`${TARGET_MODULES[target]}.${target}`];
  if (!shape) throw new Error(`A layer has no ${target}.`);
  return shape;
}

/**
 * Checks that an adapter fits a model.
 * @throws {LabError} `bad-config` for layers that the model does not have, and for a rank above every target's width.
 */
export function checkLora(
  { rank, targets, layers = [] }: Pick<LoraConfig, 'rank' | 'targets' | 'layers'>,
  config: ModelConfig,
): void {
  const beyond = layers.filter((layer) => layer >= config.layers);
  if (beyond.length > 0) {
    throw new LabError({
      code: 'bad-config',
      where: 'lora.layers',
      what: `The model has ${config.layers} layers, counted from 0; there is no layer ${beyond.join(', ')}.`,
      todo: `Use numbers from 0 to ${config.layers - 1}.`,
    });
  }
  const widest = Math.max(...targets.flatMap((target) => projectionShape(config, target)));
  if (rank > widest) {
    throw new LabError({
      code: 'bad-config',
      where: 'lora.rank',
      what: `A rank of ${rank} is more than the ${widest} rows or columns of the widest target.`,
      todo: `Use at most ${widest}; 8 to 64 is usual.`,
    });
  }
}

/** Name of a projection in a checkpoint, without `.weight`. */
export function moduleName(layer: number, target: TargetModule): string {
  return `model.layers.${layer}.${TARGET_MODULES[target]}.${target}`;
}

export interface AdapterTensor {
  /** Its name in PEFT's `adapter_model.safetensors`. */
  name: string;
  matrix: 'A' | 'B';
  /** A: [rank, in]; B: [out, rank]. */
  shape: [number, number];
}

/** The tensors of an adapter, layer by layer. */
export function adapterTensors(
  config: ModelConfig,
  { rank, targets, layers }: Pick<LoraConfig, 'rank' | 'targets' | 'layers'>,
): AdapterTensor[] {
  return Array.from({ length: config.layers }, (_, layer) => layer).flatMap((layer) =>
    TARGET_MODULE_NAMES.filter((target) => isAdapted({ targets, layers }, layer, target)).flatMap(
      (target): AdapterTensor[] => {
        const [out, in_] = projectionShape(config, target);
        const name = adapterName(layer, target);
        return [
          { name: `${name}.lora_A.weight`, matrix: 'A', shape: [rank, in_] },
          { name: `${name}.lora_B.weight`, matrix: 'B', shape: [out, rank] },
        ];
      },
    ),
  );
}

export function adapterName(layer: number, target: TargetModule): string {
  return `base_model.model.${moduleName(layer, target)}`;
}

/**
 * Initial values of an adapter, as in PEFT: A uniform in ±1/√in (Kaiming with a = √5), B zero. `random` returns numbers
 * in [0, 1).
 */
export function initialAdapter(tensors: readonly AdapterTensor[], random: () => number): Map<string, Float32Array> {
  return new Map(
    tensors.map(({ name, matrix, shape: [rows, columns] }) => {
      const data = new Float32Array(rows * columns);
      const bound = 1 / Math.sqrt(columns);
      if (matrix === 'A') for (let i = 0; i < data.length; i++) data[i] = (2 * random() - 1) * bound;
      return [name, data];
    }),
  );
}
