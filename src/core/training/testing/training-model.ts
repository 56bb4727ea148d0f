import { randomStream } from '../../random/sfc32.ts';
import { expectedTensors } from '../../formats/checkpoint/checkpoint.ts';
import { parseConfig } from '../../formats/config.ts';
import { adapterTensors, initialAdapter, TARGET_MODULE_NAMES, type LoraConfig } from '../lora.ts';
import type { Sequence } from '../sequence.ts';
import type { Weights } from '../trainer.ts';

/** Two layers, grouped heads, a sliding window on the second, biases: covers every path of the graph cheaply. */
export const config = {
  ...parseConfig({
    model_type: 'qwen2',
    hidden_size: 8,
    intermediate_size: 12,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    vocab_size: 13,
    rms_norm_eps: 1e-5,
    max_position_embeddings: 64,
    tie_word_embeddings: false,
  }),
  windows: [null, 3],
};

/** Adapters on every target, with dropout. */
export const lora: LoraConfig = {
  rank: 2,
  alpha: 3,
  dropout: 0.25,
  targets: TARGET_MODULE_NAMES,
  rankStabilized: true,
};

/** The base weights of `config`, the same in every call. */
export function baseWeights(): Weights {
  const random = randomStream(7);
  const shapes = [...expectedTensors(config).required];
  return new Map(
    shapes.map(([name, shape]) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      return [name, data.map(() => (name.endsWith('norm.weight') ? 1 : 0) + 0.8 * (random() - 0.5))];
    }),
  );
}

/** An adapter with non-zero B, so that A has a gradient. */
export function adapterWeights(): Weights {
  const random = randomStream(8);
  const weights = initialAdapter(adapterTensors(config, lora), random);
  return new Map([...weights].map(([name, data]) => [name, data.map((x) => x + 0.5 * (random() - 0.5))]));
}

/** A sequence of these tokens at the positions 0, 1, …; `branches` is 0 for the trunk. */
export function sequence(id: string, ids: number[], labelled: number[], branches = ids.map(() => 0)): Sequence {
  return {
    id,
    ids: Int32Array.from(ids),
    positions: Int32Array.from(ids, (_, i) => i),
    branches: Int32Array.from(branches),
    labelled: Uint8Array.from(labelled),
  };
}

/** Six tokens with a branch of two. */
export const first = sequence('a', [1, 5, 2, 8, 12, 3], [0, 0, 1, 0, 1, 1], [0, 0, 1, 1, 0, 0]);
/** Three tokens without a branch. */
export const second = sequence('b', [4, 4, 9], [0, 1, 0]);
