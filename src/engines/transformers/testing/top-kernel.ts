import { fromHalf } from '../../../core/formats/float.ts';
import type { Kernel } from '../../testing/gpu-memory.ts';
import { TILE } from '../top-logits.wgsl.ts';

type Entry = [key: number, id: number];

/** Orders two entries of a row. */
export type EntryOrder = (a: Entry, b: Entry) => number;

export const highestFirst: EntryOrder = ([a, i], [b, j]) => b - a || i - j;

/** The key of a logit in the shader: it orders as the logit does. */
function keyOf(value: number): number {
  if (Number.isNaN(value)) return 0xffffffff;
  if (value === 0) return 0x80000000;
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
  return (value < 0 ? ~bits : bits | 0x80000000) >>> 0;
}

/** Pairs of a key and an id of one tile of a row, in this order; those beyond the row are zero. */
export function sortedTile(row: Float32Array, tile: number, size: number, order: EntryOrder): number[] {
  const entries = Array.from({ length: size }, (_, i): Entry => {
    const at = tile * size + i;
    return at < row.length ? [keyOf(row[at] ?? NaN), at] : [0, 0xffffffff];
  });
  return entries.sort(order).flat();
}

/** What the shader of `topLogitsShader` does, which itself runs only in browser tests. */
export const topKernel =
  (type: 'float32' | 'float16', order: EntryOrder = highestFirst): Kernel =>
  ([source, best, sizes], groups) => {
    if (!source || !best || !sizes) throw new Error('A binding is missing.');
    const [entries = 0, kept = 0] = new Uint32Array(sizes.buffer);
    const half = new Uint16Array(source.buffer);
    const logits = type === 'float32' ? new Float32Array(source.buffer) : Float32Array.from(half, fromHalf);
    const out = new Uint32Array(best.buffer);
    for (let group = 0; group < groups; group++)
      out.set(sortedTile(logits.subarray(0, entries), group, TILE, order).slice(0, 2 * kept), 2 * kept * group);
  };
