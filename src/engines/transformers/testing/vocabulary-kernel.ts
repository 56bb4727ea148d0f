import { fromHalf } from '../../../core/formats/float.ts';
import { BLOCK } from '../../../core/formats/quantise.ts';
import type { Kernel } from '../../testing/gpu-memory.ts';
import { VOCABULARY_TILE, type VocabularyShape } from '../vocabulary.wgsl.ts';
import { sortedTile, type EntryOrder, highestFirst } from './top-kernel.ts';

/** What the shader of `vocabularyShader` does, which itself runs only in browser tests. */
export const vocabularyKernel =
  ({ type, hiddenSize, width, entries, epsilon }: VocabularyShape, order: EntryOrder = highestFirst): Kernel =>
  (bindings, tiles, positions) => {
    const [residual, branch, gamma, codes, scales, logits, best, step] = bindings.map(({ buffer }) => buffer);
    if (!residual || !branch || !gamma || !codes || !scales || !logits || !best || !step)
      throw new Error('A binding is missing.');
    const floats = (buffer: ArrayBuffer): Float32Array =>
      type === 'float32' ? new Float32Array(buffer) : Float32Array.from(new Uint16Array(buffer), fromHalf);
    const [left, added, scale] = [floats(residual), floats(branch), floats(scales)];
    const [factors, code] = [new Float32Array(gamma), new Uint8Array(codes)];
    const [start = 0, kept = 0] = new Uint32Array(step);
    for (let position = 0; position < positions; position++) {
      const from = (start + position) * width;
      const state = Array.from({ length: hiddenSize }, (_, i) => (left[from + i] ?? NaN) + (added[from + i] ?? NaN));
      const square = state.reduce((sum, value) => sum + value * value, 0) / hiddenSize;
      const hidden = state.map((value, i) => (value * (factors[i] ?? NaN)) / Math.sqrt(square + epsilon));
      const row = Float32Array.from({ length: entries }, (_, entry) =>
        hidden.reduce((sum, value, i) => {
          const at = entry * hiddenSize + i;
          return sum + value * ((code[at] ?? NaN) - 128) * (scale[Math.floor(at / BLOCK)] ?? NaN);
        }, 0),
      );
      new Float32Array(logits).set(row, position * entries);
      for (let tile = 0; kept > 0 && tile < tiles; tile++)
        new Uint32Array(best).set(sortedTile(row, tile, VOCABULARY_TILE, order).slice(0, 2 * kept), 2 * kept * tile);
    }
  };
