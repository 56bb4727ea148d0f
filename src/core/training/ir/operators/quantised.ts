import { attr, MICROSOFT } from '../../../formats/onnx/index.ts';
import { BLOCK } from '../../../formats/quantise.ts';
import { size, type Array64 } from '../array64.ts';
import { apply, at, describe, setting, type EmitSite, type Operator, type Value } from '../value.ts';

/**
 * A frozen matrix [rows, columns] in blocks of 32, in the layout of src/core/formats/export/nbits.ts: codes uint8
 * [rows, columns / 32, 4 · bits], scales [rows, columns / 32] and, if blocks have a minimum, offsets [columns / 32,
 * rows] = minimum + 8 · scale. A value is (code − 2^(bits − 1)) · scale, plus the offset.
 */
export interface QuantisedValue {
  codes: Value;
  scales: Value;
  offsets?: Value | undefined;
}

/** Rows unpacked at once, which bounds the memory of the backward pass of a large vocabulary. */
const ROWS_AT_ONCE = 8192;

interface Sizes {
  rows: number;
  blocks: number;
  columns: number;
  bits: 4 | 8;
}

function sizesOf(codes: Value): Sizes {
  const [rows, blocks, bytes] = codes.shape.map(Number) as [number, number, number];
  const bits = (8 * bytes) / BLOCK;
  if (bits !== 4 && bits !== 8) throw new Error(`Codes of shape ${describe(codes.shape)} are of neither 4 nor 8 bits.`);
  return { rows, blocks, columns: blocks * BLOCK, bits };
}

/**
 * x · Wᵀ (`transB`) or x · W for a quantised W. The forward product unpacks inside its kernel; the one of the backward
 * pass unpacks a few rows at a time, so that no matrix stays unpacked between the passes.
 */
export const QUANTISED_GEMM: Operator = {
  name: 'quantisedGemm',
  infer: (inputs, { transB }) => {
    const [x, { rows, columns }] = [at(inputs, 0), sizesOf(at(inputs, 1))];
    if (x.shape.length !== 2 || x.shape[1] !== (transB ? columns : rows)) {
      throw new Error(
        `quantisedGemm cannot multiply ${describe(x.shape)} by a matrix of ${rows} rows and ${columns} columns.`,
      );
    }
    return { shape: [at(x.shape, 0), transB ? rows : columns], type: 'float32' };
  },
  emit: (site) => (setting<boolean>(site.settings, 'transB') ? emitForward(site) : emitBackward(site)),
  gradient: ({ inputs, settings, broadcast }) => {
    const [, codes, scales, offsets] = inputs as [Value, Value, Value, Value?];
    return [quantisedGemm(broadcast(), { codes, scales, offsets }, !settings['transB'])];
  },
  evaluate: ([x, codes, scales, offsets], { transB }) => {
    const [a, w] = [x as Array64, unpack64(codes as Array64, scales as Array64, offsets)];
    const [m, [rows, columns]] = [at(a.shape, 0), w.shape as [number, number]];
    const width = transB ? rows : columns;
    const data = new Float64Array(m * width);
    for (let i = 0; i < m; i++) {
      for (let r = 0; r < rows; r++) {
        for (let c = 0; c < columns; c++) {
          const weight = w.data[r * columns + c] ?? 0;
          if (transB) data[i * width + r] = (data[i * width + r] ?? 0) + (a.data[i * columns + c] ?? 0) * weight;
          else data[i * width + c] = (data[i * width + c] ?? 0) + (a.data[i * rows + r] ?? 0) * weight;
        }
      }
    }
    return { shape: [m, width], data };
  },
};

/** Rows of a frozen quantised table. */
export const QUANTISED_ROWS: Operator = {
  name: 'quantisedRows',
  infer: (inputs) => {
    const [codes, , indices] = [at(inputs, 0), at(inputs, 1), at(inputs, 2)];
    if (sizesOf(codes).bits !== 8) throw new Error('quantisedRows takes tables of 8 bits.');
    return { shape: [...indices.shape, sizesOf(codes).columns], type: 'float32' };
  },
  emit: ({ names, inputs, onnx, scalar, ints }) => {
    const [codes = '', scales = '', indices = ''] = names;
    const rows = (table: string): string => onnx.node('Gather', [table, indices], { axis: attr.int(0) });
    const centred = onnx.node('Sub', [onnx.node('Cast', [rows(codes)], { to: attr.int(1) }), scalar(128)]);
    const column = onnx.node('Unsqueeze', [rows(scales), ints([-1])]);
    return onnx.node('Reshape', [onnx.node('Mul', [centred, column]), ints([-1, sizesOf(at(inputs, 0)).columns])]);
  },
  gradient: () => {
    throw new Error('The table of quantisedRows is frozen.');
  },
  evaluate: ([codes, scales, indices]) => {
    const w = unpack64(codes as Array64, scales as Array64, undefined);
    const [width, rows] = [at(w.shape, 1), (indices as Array64).data];
    const data = new Float64Array(rows.length * width);
    rows.forEach((row, i) => data.set(w.data.subarray(row * width, (row + 1) * width), i * width));
    return { shape: [...(indices as Array64).shape, width], data };
  },
};

/** MatMulNBits, plus the sums of x over blocks times the offsets. */
function emitForward({ names, inputs, onnx, ints }: EmitSite): string {
  const [x = '', codes = '', scales = '', offsets] = names;
  const { rows, blocks, columns, bits } = sizesOf(at(inputs, 1));
  const product = onnx.node(
    'MatMulNBits',
    [x, codes, scales],
    { K: attr.int(columns), N: attr.int(rows), bits: attr.int(bits), block_size: attr.int(BLOCK) },
    { domain: MICROSOFT },
  );
  if (offsets === undefined) return product;
  const sums = onnx.node('ReduceSum', [onnx.node('Reshape', [x, ints([-1, blocks, BLOCK])]), ints([-1])], {
    keepdims: attr.int(0),
  });
  return onnx.node('Gemm', [sums, offsets, product]);
}

function emitBackward(site: EmitSite): string {
  const { names, inputs, onnx, ints } = site;
  const [x = '', codes = '', scales = '', offsets] = names;
  const { rows } = sizesOf(at(inputs, 1));
  if (rows <= ROWS_AT_ONCE) return onnx.node('Gemm', [x, emitUnpacked(site, codes, scales, offsets)]);
  let total: string | undefined;
  for (let start = 0; start < rows; start += ROWS_AT_ONCE) {
    const part = (tensor: string, axis: number): string =>
      onnx.node('Slice', [tensor, ints([start]), ints([Math.min(rows, start + ROWS_AT_ONCE)]), ints([axis])]);
    const unpacked = emitUnpacked(
      site,
      part(codes, 0),
      part(scales, 0),
      offsets === undefined ? undefined : part(offsets, 1),
    );
    total = onnx.node('Gemm', [part(x, 1), unpacked, ...(total === undefined ? [] : [total])]);
  }
  return total ?? '';
}

/** Rows as floats, using operators that every runtime has. */
function emitUnpacked(
  { inputs, onnx, scalar, ints }: EmitSite,
  codes: string,
  scales: string,
  offsets: string | undefined,
): string {
  const { blocks, columns, bits } = sizesOf(at(inputs, 1));
  const bytes = onnx.node('Cast', [codes], { to: attr.int(1) });
  const column = (x: string): string => onnx.node('Unsqueeze', [x, ints([-1])]);
  const values = bits === 8 ? bytes : nibbles();
  const scaled = onnx.node('Mul', [onnx.node('Sub', [values, scalar(2 ** (bits - 1))]), column(scales)]);
  const whole =
    offsets === undefined
      ? scaled
      : onnx.node('Add', [scaled, column(onnx.node('Transpose', [offsets], { perm: attr.ints([1, 0]) }))]);
  return onnx.node('Reshape', [whole, ints([-1, columns])]);

  /** Unpacks the lower four bits of each byte before the upper ones. */
  function nibbles(): string {
    const high = onnx.node('Floor', [onnx.node('Mul', [bytes, scalar(1 / 16)])]);
    const low = onnx.node('Sub', [bytes, onnx.node('Mul', [high, scalar(16)])]);
    return onnx.node('Reshape', [
      onnx.node('Concat', [column(low), column(high)], { axis: attr.int(-1) }),
      ints([-1, blocks, BLOCK]),
    ]);
  }
}

function unpack64(codes: Array64, scales: Array64, offsets: Array64 | undefined): Array64 {
  const [rows, blocks, bytes] = codes.shape as [number, number, number];
  const bits = (8 * bytes) / BLOCK;
  const data = new Float64Array(rows * blocks * BLOCK);
  for (let i = 0; i < size([rows, blocks, BLOCK]); i++) {
    const block = Math.floor(i / BLOCK);
    const byte = codes.data[bits === 8 ? i : Math.floor(i / 2)] ?? 0;
    const code = bits === 8 ? byte : i % 2 === 0 ? byte % 16 : Math.floor(byte / 16);
    const offset = offsets?.data[(block % blocks) * rows + Math.floor(block / blocks)] ?? 0;
    data[i] = (code - 2 ** (bits - 1)) * (scales.data[block] ?? 0) + offset;
  }
  return { shape: [rows, blocks * BLOCK], data };
}

export const quantisedGemm = (x: Value, { codes, scales, offsets }: QuantisedValue, transB = true): Value =>
  apply(QUANTISED_GEMM, offsets ? [x, codes, scales, offsets] : [x, codes, scales], { transB });
export const quantisedRows = ({ codes, scales }: QuantisedValue, indices: Value): Value =>
  apply(QUANTISED_ROWS, [codes, scales, indices]);
