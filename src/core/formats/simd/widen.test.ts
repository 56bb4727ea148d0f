import { describe, expect, it } from 'vitest';
import { BLOCK } from '../quantise.ts';
import { openWidening, type ReadBytes, widenMatrix } from './widen.ts';

/** A matrix whose scales and offsets have few binary digits, as those of stored blocks do, so that sums are exact. */
function matrix(bits: 4 | 8, rows: number, columns: number, hasOffsets = bits === 4) {
  const blocks = (rows * columns) / BLOCK;
  return {
    bits,
    rows,
    columns,
    codes: Uint8Array.from({ length: (rows * columns * bits) / 8 }, (_, i) => (i * 89 + (i >> 5) * 31) % 256),
    scales: Float32Array.from({ length: blocks }, (_, i) => (1 + ((i * 37) % 101)) / 1024),
    offsets: hasOffsets ? Float32Array.from({ length: blocks }, (_, i) => (((i * 53) % 97) - 48) / 512) : undefined,
  };
}

/** The value of one element, as the format defines it. */
function valueAt(
  { bits, rows, columns, codes, scales, offsets }: ReturnType<typeof matrix>,
  row: number,
  column: number,
) {
  const block = Math.floor(column / BLOCK);
  const scale = scales[row * (columns / BLOCK) + block] ?? NaN;
  const place = row * columns + column;
  if (bits === 8) return ((codes[place] ?? NaN) - 128) * scale;
  const pair = codes[place >> 1] ?? NaN;
  return ((place % 2 === 0 ? pair & 15 : pair >> 4) - 8) * scale + (offsets?.[block * rows + row] ?? 0);
}

/** Reads the bytes of an array, as one of a file. */
const bytesOf =
  ({ buffer }: { buffer: ArrayBuffer }): ReadBytes =>
  (offset, target) =>
    target.set(new Uint8Array(buffer, offset, target.length));

describe('widenMatrix', () => {
  it.each([
    ['fits the kernel', matrix(4, 64, 96)],
    ['fits the kernel, with 8 bits', matrix(8, 64, 96)],
    ['has no offsets', matrix(4, 32, 64, false)],
    ['has a number of rows that the kernel cannot take', matrix(4, 37, 64)],
    ['has fewer rows than the kernel takes', matrix(8, 3, 32)],
    ['is larger than the memory of the kernel', matrix(4, 2100, 512)],
    ['is larger, with 8 bits and an odd number of rows', matrix(8, 2101, 512)],
  ])('gives the values of the blocks, by columns, if a matrix %s', (_, values) => {
    const room = (count: number) => new Float32Array(count);
    const { codes, scales, offsets, ...sizes } = values;
    const stored = { ...sizes, codes: bytesOf(codes), scales: bytesOf(scales), offsets: offsets && bytesOf(offsets) };
    const fast = widenMatrix(stored, openWidening(), room);
    const plain = widenMatrix(stored, null, room);
    expect(fast.findIndex((value, i) => value !== plain[i])).toBe(-1);
    const { rows, columns } = values;
    expect(fast).toHaveLength(rows * columns);
    for (let i = 0; i < fast.length; i += 101)
      expect(fast[i], `element ${i}`).toBe(Math.fround(valueAt(values, i % rows, Math.floor(i / rows))));
  });

  it('reads the codes of a row once, whatever their number', () => {
    const { codes, scales, ...values } = matrix(8, 2101, 512);
    let bytes = 0;
    const stored = {
      ...values,
      codes: (offset: number, target: Uint8Array<ArrayBuffer>) => {
        bytes += target.length;
        bytesOf(codes)(offset, target);
      },
      scales: bytesOf(scales),
      offsets: undefined,
    };
    widenMatrix(stored, openWidening(), (count) => new Float32Array(count));
    expect(bytes).toBe(codes.length);
  });
});
