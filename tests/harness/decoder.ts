import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';

/** The part of ONNX Runtime that is needed, in both its Node and its web build. */
export interface Runtime {
  Tensor: TensorConstructor;
}

/** A decoder exported with float32 input and output, driven without any library on top. */
export class Decoder {
  readonly #layers: number;
  readonly #ort: Runtime;
  readonly #session: InferenceSession;
  readonly #kvHeads: number;
  readonly #headDim: number;

  constructor(ort: Runtime, session: InferenceSession, kvHeads: number, headDim: number) {
    this.#ort = ort;
    this.#session = session;
    this.#kvHeads = kvHeads;
    this.#headDim = headDim;

    this.#layers = session.inputNames.filter((name) => name.endsWith('.key')).length;
  }

  /**
   * Logits after each of the last `keep` tokens (0 for all of them), one row per token, and the cache to continue from.
   */
  async run(ids: number[], keep: number, past?: Map<string, Tensor>) {
    const ort = this.#ort;
    const before = past?.get('past_key_values.0.key')?.dims[2] ?? 0;
    const feeds: Record<string, Tensor> = {
      input_ids: new ort.Tensor('int64', BigInt64Array.from(ids.map(BigInt)), [1, ids.length]),
      attention_mask: new ort.Tensor('int64', new BigInt64Array(before + ids.length).fill(1n), [
        1,
        before + ids.length,
      ]),
      num_logits_to_keep: new ort.Tensor('int64', BigInt64Array.of(BigInt(keep)), []),
    };
    for (let layer = 0; layer < this.#layers; layer++) {
      for (const part of ['key', 'value']) {
        const name = `past_key_values.${layer}.${part}`;
        feeds[name] =
          past?.get(name) ?? new ort.Tensor('float32', new Float32Array(0), [1, this.#kvHeads, 0, this.#headDim]);
      }
    }
    const results = await this.#session.run(feeds);
    const { logits } = results;
    if (!logits) throw new Error('no logits');
    const width = logits.dims.at(-1) ?? 0;
    const flat = logits.data as Float32Array;
    const rows = Array.from({ length: flat.length / width }, (_, i) => flat.subarray(i * width, (i + 1) * width));
    const cache = new Map(
      Object.entries(results)
        .filter(([name]) => name.startsWith('present.'))
        .map(([name, tensor]) => [name.replace('present', 'past_key_values'), tensor]),
    );
    return { rows, cache };
  }

  /**
   * Negative log-likelihood in nats of every token but the first, the likeliest next token at each position, and the
   * cache.
   */
  async score(ids: number[]) {
    const { rows, cache } = await this.run(ids, 0);
    return {
      nll: ids.slice(1).map((id, i) => negativeLogLikelihood(rows[i] ?? new Float32Array(0), id)),
      argmax: rows.map(argmax),
      cache,
    };
  }

  /**
   * The token `first` and those after it, `count` in all, always the likeliest, computed one by one with the cache.
   */
  async greedy(first: number, cache: Map<string, Tensor>, count: number): Promise<number[]> {
    const out = [first];
    while (out.length < count) {
      const step = await this.run(out.slice(-1), 1, cache);
      cache = step.cache;
      out.push(argmax(step.rows[0] ?? new Float32Array(0)));
    }
    return out;
  }
}

export function argmax(row: Float32Array): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if ((row[i] ?? 0) > (row[best] ?? 0)) best = i;
  return best;
}

export function negativeLogLikelihood(row: Float32Array, id: number): number {
  const top = row[argmax(row)] ?? 0;
  let sum = 0;
  for (const value of row) sum += Math.exp(value - top);
  return Math.log(sum) + top - (row[id] ?? 0);
}

export const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
