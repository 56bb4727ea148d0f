import { type Checkpoint, matrixShape, readRows, readTensor, tensorInfo } from '../checkpoint/checkpoint.ts';
import { type ModelConfig, ropeFrequencies } from '../config.ts';
import { throwIfCancelled } from '../../error.ts';

/** Number of matrix values in memory at once. */
const CHUNK_VALUES = 1 << 22;

/**
 * Logits of a Llama-shaped decoder after every token, computed directly from the definition, one layer at a time: slow,
 * simple, and independent of every graph and kernel that it checks.
 * @returns a row of `vocabSize` logits for each of `ids`.
 */
export async function forward(source: Checkpoint, ids: number[], signal?: AbortSignal): Promise<Float32Array[]> {
  const { config } = source;
  const states: Float64Array[] = [];
  for (const id of ids) states.push(Float64Array.from(await readRows(source, 'model.embed_tokens.weight', id, 1)));
  for (let layer = 0; layer < config.layers; layer++) {
    throwIfCancelled(signal);
    const prefix = `model.layers.${layer}`;
    const attended = await attention(source, layer, await norm(source, `${prefix}.input_layernorm`, states));
    addTo(states, attended);
    const hidden = await norm(source, `${prefix}.post_attention_layernorm`, states);
    const gate = await linear(source, `${prefix}.mlp.gate_proj`, hidden);
    const up = await linear(source, `${prefix}.mlp.up_proj`, hidden);
    const product = gate.map((row, t) => row.map((value, i) => (value / (1 + Math.exp(-value))) * (up[t]?.[i] ?? 0)));
    addTo(states, await linear(source, `${prefix}.mlp.down_proj`, product));
  }
  const head = config.tied ? 'model.embed_tokens' : 'lm_head';
  const logits = await linear(source, head, await norm(source, 'model.norm', states));
  return logits.map((row) => Float32Array.from(row));
}

function addTo(states: Float64Array[], branch: Float64Array[]): void {
  states.forEach((state, t) => state.forEach((value, i) => (state[i] = value + (branch[t]?.[i] ?? 0))));
}

async function norm(source: Checkpoint, name: string, states: Float64Array[]): Promise<Float64Array[]> {
  const gamma = await readTensor(source, `${name}.weight`);
  return states.map((state) => {
    const square = state.reduce((sum, value) => sum + value * value, 0) / state.length;
    const scale = 1 / Math.sqrt(square + source.config.normEpsilon);
    return state.map((value, i) => value * scale * (gamma[i] ?? 0));
  });
}

async function linear(source: Checkpoint, name: string, inputs: Float64Array[]): Promise<Float64Array[]> {
  const { rows, columns } = matrixShape(tensorInfo(source, `${name}.weight`));
  const outputs = inputs.map(() => new Float64Array(rows));
  const step = Math.max(1, Math.floor(CHUNK_VALUES / columns));
  for (let first = 0; first < rows; first += step) {
    const count = Math.min(step, rows - first);
    const weights = await readRows(source, `${name}.weight`, first, count);
    inputs.forEach((input, t) => {
      const output = outputs[t];
      if (!output) return;
      for (let row = 0; row < count; row++) {
        let sum = 0;
        for (let k = 0; k < columns; k++) sum += (weights[row * columns + k] ?? 0) * (input[k] ?? 0);
        output[first + row] = sum;
      }
    });
  }
  if (source.tensors.has(`${name}.bias`)) {
    const bias = await readTensor(source, `${name}.bias`);
    for (const output of outputs) bias.forEach((value, i) => (output[i] = (output[i] ?? 0) + value));
  }
  return outputs;
}

/** Rotates each head's pairs (k, k + D/2) by the position's angles. */
function rotate(vector: Float64Array, position: number, config: ModelConfig): Float64Array {
  const half = config.headDim / 2;
  const frequencies = ropeFrequencies(config);
  return vector.map((value, i) => {
    const within = i % config.headDim;
    const k = within % half;
    const angle = position * (frequencies[k] ?? 0);
    const partner = within < half ? -(vector[i + half] ?? 0) : (vector[i - half] ?? 0);
    return value * Math.cos(angle) + partner * Math.sin(angle);
  });
}

async function attention(source: Checkpoint, layer: number, inputs: Float64Array[]): Promise<Float64Array[]> {
  const { config } = source;
  const { headDim, heads, kvHeads } = config;
  const prefix = `model.layers.${layer}.self_attn`;
  const queries = (await linear(source, `${prefix}.q_proj`, inputs)).map((row, t) => rotate(row, t, config));
  const keys = (await linear(source, `${prefix}.k_proj`, inputs)).map((row, t) => rotate(row, t, config));
  const values = await linear(source, `${prefix}.v_proj`, inputs);
  const window = config.windows[layer] ?? Infinity;
  const mixed = queries.map((query, t) => {
    const out = new Float64Array(heads * headDim);
    for (let head = 0; head < heads; head++) {
      const kv = Math.floor(head / (heads / kvHeads)) * headDim;
      const first = Math.max(0, t - window + 1);
      const scores: number[] = [];
      for (let s = first; s <= t; s++) {
        let dot = 0;
        for (let i = 0; i < headDim; i++) dot += (query[head * headDim + i] ?? 0) * (keys[s]?.[kv + i] ?? 0);
        scores.push(dot / Math.sqrt(headDim));
      }
      const top = Math.max(...scores);
      const weights = scores.map((score) => Math.exp(score - top));
      const sum = weights.reduce((a, b) => a + b, 0);
      weights.forEach((weight, offset) => {
        for (let i = 0; i < headDim; i++) {
          out[head * headDim + i] =
            (out[head * headDim + i] ?? 0) + (weight / sum) * (values[first + offset]?.[kv + i] ?? 0);
        }
      });
    }
    return out;
  });
  return linear(source, `${prefix}.o_proj`, mixed);
}
