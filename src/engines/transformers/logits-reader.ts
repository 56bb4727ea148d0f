import type { Tensor } from 'onnxruntime-common';
import { LabError } from '../../core/error.ts';
import { fromHalf } from '../../core/formats/float.ts';
import type { TopLogits } from './top-candidates.ts';

/**
 * Logits of the last positions of a step, row by row; a view that is valid until the next step. With `ids`, one row of
 * the candidates that were wanted, in the order of their ids.
 */
export interface StepLogits {
  data: Float32Array;
  rows: number;
  vocabulary: number;
  ids?: Uint32Array;
}

/**
 * The logits to return: of no position, of the last one, of all; or of the last one at least those of the `top` highest
 * entries, unless the last of them ties with the one before.
 */
export type WantedLogits = 'none' | 'last' | 'all' | { top: number };

/** How a decoder gets logits from what its graph computes. It owns its memory. */
export interface LogitsReader {
  /** Inputs that it gives to the graph. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Where the graph writes what is read, for a step of `rows` positions; outputs not named are made by the runtime. */
  outputs(rows: number, wanted: WantedLogits): Record<string, Tensor>;
  /** Reads the logits of a step from all its outputs, by name. */
  read(outputs: Readonly<Record<string, Tensor>>, rows: number, wanted: WantedLogits): Promise<StepLogits>;
  destroy(): void;
}

/** Reads the output `logits`, wherever the runtime made it. */
export const tensorLogits: LogitsReader = {
  inputs: {},
  outputs: () => ({}),
  async read({ logits }, positions, wanted) {
    if (!logits)
      throw new LabError({
        code: 'bad-file',
        what: 'The graph has no output "logits".',
        todo: 'Export the model again.',
      });
    const [, rows = 0, vocabulary = 0] = logits.dims;
    const raw = logits.location === 'cpu' ? logits.data : await logits.getData();
    const count = Math.min(rows, wanted === 'all' ? positions : 1);
    const all = logits.type === 'float16' ? widenHalf(raw as ArrayBufferView) : (raw as Float32Array);
    return { data: all.subarray((rows - count) * vocabulary), rows: count, vocabulary };
  },
  destroy: () => undefined,
};

/** The logits of one position on a graphics device. */
export interface LogitsRow {
  readonly vocabulary: number;
  /** The `count` highest. */
  top(count: number): Promise<TopLogits>;
  /** All of them. */
  row(): Promise<Float32Array>;
}

/** Reads no more of a row than is wanted. */
export async function readRow(source: LogitsRow, wanted: Exclude<WantedLogits, 'all'>): Promise<StepLogits> {
  const { vocabulary } = source;
  if (wanted === 'none') return { data: new Float32Array(0), rows: 0, vocabulary };
  if (typeof wanted === 'object' && wanted.top < vocabulary) {
    const top = await source.top(wanted.top);
    const [last, before] = [top.values.at(-1), top.values.at(-2)];
    if (last !== before) return { ...inOrderOfIds(top), rows: 1, vocabulary };
  }
  return { data: await source.row(), rows: 1, vocabulary };
}

/** As the whole row has them, so that a sampler adds up and draws in the same order. */
function inOrderOfIds({ ids, values }: TopLogits): { ids: Uint32Array; data: Float32Array } {
  const order = Array.from(ids.keys()).sort((a, b) => (ids[a] as number) - (ids[b] as number));
  return {
    ids: Uint32Array.from(order, (i) => ids[i] as number),
    data: Float32Array.from(order, (i) => values[i] as number),
  };
}

/** Half floats to single; the runtime returns them as bits or, if the browser has it, as a Float16Array. */
export function widenHalf(view: ArrayBufferView): Float32Array<ArrayBuffer> {
  return Float32Array.from(new Uint16Array(view.buffer, view.byteOffset, view.byteLength / 2), fromHalf);
}
