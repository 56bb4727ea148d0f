import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { expectedTensors } from '../formats/checkpoint/checkpoint.ts';
import { parseConfig } from '../formats/config.ts';
import type { NBitsRows } from '../formats/export/nbits.ts';
import { keepBase, type BaseFormat, type BaseWeights } from './base.ts';
import { adapterTensors, initialAdapter, type LoraConfig } from './lora.ts';
import { randomStream } from '../random/sfc32.ts';
import { batchOf } from './sequence.ts';
import { AdapterTrainer } from './trainer.ts';

const config = parseConfig({
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 80,
  rms_norm_eps: 1e-5,
  max_position_embeddings: 64,
  tie_word_embeddings: true,
});
const lora: LoraConfig = {
  rank: 4,
  alpha: 8,
  dropout: 0,
  targets: ['q_proj', 'v_proj', 'down_proj'],
  rankStabilized: false,
};
const OPTIMIZER = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, maxGradientNorm: 1 };

/** The values that packed rows encode. */
function unpacked({ codes, scales, minimums }: NBitsRows): Float32Array {
  const bits = (8 * codes.length) / (32 * scales.length);
  return Float32Array.from({ length: 32 * scales.length }, (_, i) => {
    const block = Math.floor(i / 32);
    const byte = codes[bits === 8 ? i : Math.floor(i / 2)] ?? 0;
    const code = bits === 8 ? byte - 128 : i % 2 === 0 ? byte & 15 : byte >> 4;
    return code * (scales[block] ?? 0) + (minimums[block] ?? 0);
  });
}

/** The same weights twice: in blocks, and as the floats that the blocks encode. */
function bases(format: BaseFormat): { packed: BaseWeights; plain: BaseWeights } {
  const random = randomStream(5);
  const packed = keepBase(
    [...expectedTensors(config).required].map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return [name, new Float32Array(size).map(() => (name.endsWith('norm.weight') ? 1 : 0) + 0.4 * (random() - 0.45))];
    }),
    config,
    format,
  );
  return {
    packed,
    plain: new Map([...packed].map(([name, kept]) => [name, kept instanceof Float32Array ? kept : unpacked(kept)])),
  };
}

describe('a quantised base', () => {
  it.each(['q4', 'q8'] as const)('stored as %s trains like the floats that its blocks encode', async (format) => {
    const adapter = initialAdapter(adapterTensors(config, lora), randomStream(1));
    const { packed, plain } = bases(format);
    expect([...packed.values()].filter((kept) => !(kept instanceof Float32Array))).toHaveLength(1 + 7 * config.layers);
    const ids = Int32Array.from({ length: 30 }, (_, i) => (7 * i + 3) % config.vocabSize);
    const batch = batchOf([
      {
        id: 'a',
        ids,
        positions: ids.map((_, i) => i),
        branches: new Int32Array(30),
        labelled: Uint8Array.from(ids, (_, i) => (i > 4 ? 1 : 0)),
      },
    ]);
    const run = async (
      base: BaseWeights,
    ): Promise<{ losses: number[]; norms: number[]; adapter: Map<string, Float32Array>; evaluation: number }> => {
      const trainer = await AdapterTrainer.create(ort, { config, lora, optimizer: OPTIMIZER, base, adapter });
      const [losses, norms]: [number[], number[]] = [[], []];
      for (let step = 0; step < 6; step++) {
        losses.push((await trainer.accumulate(batch, 1 / batch.labels, [])).sum / batch.labels);
        norms.push(await trainer.update(0.01));
      }
      const result = {
        losses,
        norms,
        adapter: await trainer.adapter(),
        evaluation: (await trainer.evaluate(batch)).sum / batch.labels,
      };
      await trainer.dispose();
      return result;
    };
    const [own, floats] = [await run(packed), await run(plain)];
    own.losses.forEach((loss, i) => expect(Math.abs(loss - (floats.losses[i] ?? NaN))).toBeLessThan(1e-5 * loss));
    own.norms.forEach((norm, i) => expect(Math.abs(norm - (floats.norms[i] ?? NaN))).toBeLessThan(1e-4 * norm));
    expect(own.losses.at(-1)).toBeLessThan(own.losses[0] ?? 0);
    expect(own.evaluation).toBeCloseTo(floats.evaluation, 4);
  });
});
