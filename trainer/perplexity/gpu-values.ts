import {
  type Checkpoint,
  matrixShape,
  tensorInfo,
  type TensorInfo,
} from '../../src/core/formats/checkpoint/checkpoint.ts';
import { gpuLayout, readsHidden, twofoldRows } from '../../src/core/formats/export/gpu-layout.ts';
import { type NBits, type NBitsRows, toNBits } from '../../src/core/formats/export/nbits.ts';
import { bitsOf, STACKED } from '../../src/core/formats/export/stacks.ts';
import { BLOCK } from '../../src/core/formats/quantise.ts';

/**
 * A checkpoint with the values that its 4-bit form for WebGPU has, as floats, so that what this form rounds can be
 * measured without a graphics device. A value that the form holds as the sum of two is their sum here.
 */
export function gpuValues(checkpoint: Checkpoint): Checkpoint {
  const layout = gpuLayout(checkpoint);
  const bits = new Map<string, NBits>();
  for (const tensor of checkpoint.tensors.keys()) {
    const stack = stackOf(tensor);
    // The embedding and the output matrix have 8 bits in every 4-bit export.
    const own = stack ? bitsOf(stack, 'q4', layout.eightBits) : 8;
    if (own !== null && tensorInfo(checkpoint, tensor).shape.length === 2) bits.set(tensor, own);
  }
  return {
    ...checkpoint,
    tensors: new Map(
      [...checkpoint.tensors].map(([name, info]): [string, TensorInfo] => [
        name,
        bits.has(name) ? { ...info, type: 'F32' } : info,
      ]),
    ),
    async readStoredRows(tensor, start, count) {
      const stored = await checkpoint.readStoredRows(tensor, start, count);
      const own = bits.get(tensor);
      if (own === undefined) return stored;
      const info = tensorInfo(checkpoint, tensor);
      const { columns } = matrixShape(info);
      const rows = toNBits(info.type, stored, count * columns, own);
      const twofold = layout.twofold && readsHidden(tensor);
      const values = twofold ? sumOfHalves(twofoldRows(rows, columns, own), columns) : valuesOf(rows, own);
      return new Uint8Array(values.buffer);
    },
  };
}

/** The matrices of a layer that are stored together with this one. */
function stackOf(tensor: string): string[] | undefined {
  const [, prefix, part = ''] = /^(model\.layers\.\d+\.)(.+)\.weight$/.exec(tensor) ?? [];
  return Object.values(STACKED)
    .find((parts) => parts.includes(part))
    ?.map((each) => `${prefix}${each}.weight`);
}

/** What MatMulNBits multiplies with. */
function valuesOf({ codes, scales, minimums }: NBitsRows, bits: NBits): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: scales.length * BLOCK }, (_, i) => {
    const block = Math.floor(i / BLOCK);
    const scale = scales[block] as number;
    if (bits === 8) return ((codes[i] as number) - 128) * scale;
    const code = ((codes[i >> 1] as number) >> (4 * (i % 2))) & 15;
    return minimums.length > 0 ? code * scale + (minimums[block] as number) : (code - 8) * scale;
  });
}

/** Each row's second half added to its first. */
function sumOfHalves(rows: NBitsRows, columns: number): Float32Array<ArrayBuffer> {
  const twice = valuesOf(rows, 4);
  return Float32Array.from({ length: twice.length / 2 }, (_, i) => {
    const at = i + Math.floor(i / columns) * columns;
    return (twice[at] as number) + (twice[at + columns] as number);
  });
}
