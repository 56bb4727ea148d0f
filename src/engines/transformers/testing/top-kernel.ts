import { fromHalf } from '../../../core/formats/float.ts';
import type { Kernel } from '../../testing/gpu-memory.ts';
import { MOST_CANDIDATES } from '../gpu-logits.ts';
import { TILE } from '../top-logits.wgsl.ts';

type Entry = [key: number, id: number];

/** Orders two entries of a row. */
export type EntryOrder = (a: Entry, b: Entry) => number;

const highestFirst: EntryOrder = ([a, i], [b, j]) => b - a || i - j;

/** The key of a logit in the shader: it orders as the logit does. */
function keyOf(value: number): number {
  if (Number.isNaN(value)) return 0xffffffff;
  if (value === 0) return 0x80000000;
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
  return (value < 0 ? ~bits : bits | 0x80000000) >>> 0;
}

/** What the shader of `topLogitsShader` does, which itself runs only in browser tests. */
export const topKernel =
  (type: 'float32' | 'float16', order: EntryOrder = highestFirst): Kernel =>
  ([source, best, sizes], groups) => {
    if (!source || !best || !sizes) throw new Error('A binding is missing.');
    const [entries = 0, first] = new Uint32Array(sizes.buffer);
    const pairs = new Uint32Array(source.buffer);
    const half = new Uint16Array(source.buffer);
    const logits = type === 'float32' ? new Float32Array(source.buffer) : Float32Array.from(half, fromHalf);
    const out = new Uint32Array(best.buffer);
    for (let group = 0; group < groups; group++) {
      const tile = Array.from({ length: TILE }, (_, i): Entry => {
        const at = group * TILE + i;
        if (at >= entries) return [0, 0xffffffff];
        return first === 1 ? [keyOf(logits[at] ?? NaN), at] : [pairs[2 * at] ?? 0, pairs[2 * at + 1] ?? 0];
      });
      out.set(tile.sort(order).slice(0, MOST_CANDIDATES).flat(), 2 * MOST_CANDIDATES * group);
    }
  };
