import { fromHalf } from '../../../core/formats/float.ts';
import type { Kernel } from '../../testing/gpu-memory.ts';
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
    const [entries = 0, kept = 0] = new Uint32Array(sizes.buffer);
    const half = new Uint16Array(source.buffer);
    const logits = type === 'float32' ? new Float32Array(source.buffer) : Float32Array.from(half, fromHalf);
    const out = new Uint32Array(best.buffer);
    for (let group = 0; group < groups; group++) {
      const tile = Array.from({ length: TILE }, (_, i): Entry => {
        const at = group * TILE + i;
        return at < entries ? [keyOf(logits[at] ?? NaN), at] : [0, 0xffffffff];
      });
      out.set(tile.sort(order).slice(0, kept).flat(), 2 * kept * group);
    }
  };
