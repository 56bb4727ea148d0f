// The inner loops of the quantiser and of merging, in AssemblyScript: the syntax of TypeScript, the types of
// WebAssembly. `npm run kernels` compiles this file to kernels.wasm.ts; a test fails where the two differ. fit.ts,
// product.ts and widen.ts call it.
//
// A block is 32 float32 values: eight vectors of four lanes. Two grids of codes exist: q4 is affine (codes 0 to 15,
// value = code * scale + minimum), q8 is not (codes -127 to 127, value = code * scale). `affine` is a constant wherever
// it is passed, so the compiler drops the other branch.

/** Bytes of a vector, and of a block's values, codes, fit (scale and minimum) and error. */
const VECTOR: usize = 16;
const VALUES: usize = 128;
const CODES: usize = 32;
const FIT: usize = 8;
const ERROR: usize = 4;

/** Codes of four values: the nearest whole number of (value - start) * inverse, ties to even, within the grid. */
@inline
function codesOf(values: v128, start: v128, inverse: v128, lowest: v128, highest: v128): v128 {
  const nearest = f32x4.nearest(f32x4.mul(f32x4.sub(values, start), inverse));
  return f32x4.min(f32x4.max(nearest, lowest), highest);
}

/** The sum of the lanes. The order of additions is part of the result. */
@inline
function sumOf(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}

@inline
function smallestOf(v: v128): f32 {
  return min(
    min(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    min(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  );
}

@inline
function largestOf(v: v128): f32 {
  return max(
    max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    max(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  );
}

/**
 * For each block two fits, each a pair of float32 (scale and minimum): in `fits` the best of all tried, in `plain` the
 * even spread over the block's range.
 *
 * `widths` holds a pair of float32 for each width to try: where the grid starts, as a share of the range, and how many
 * codes the range has. Codes of each are solved for scale and minimum by least squares; a last round starts from the
 * best grid so far. The method is that of quantise.ts, in single precision but for the solution.
 */
@inline
function search(
  values: usize,
  fits: usize,
  plain: usize,
  blocks: i32,
  widths: usize,
  rounds: i32,
  affine: bool,
): void {
  const lowest = f32x4.splat(affine ? 0 : -127);
  const highest = f32x4.splat(affine ? 15 : 127);
  const steps: f32 = affine ? 15 : 127;
  for (; blocks > 0; blocks--) {
    let v0 = v128.load(values, 0 * VECTOR);
    let v1 = v128.load(values, 1 * VECTOR);
    let v2 = v128.load(values, 2 * VECTOR);
    let v3 = v128.load(values, 3 * VECTOR);
    let v4 = v128.load(values, 4 * VECTOR);
    let v5 = v128.load(values, 5 * VECTOR);
    let v6 = v128.load(values, 6 * VECTOR);
    let v7 = v128.load(values, 7 * VECTOR);

    const least = f32x4.min(f32x4.min(f32x4.min(v0, v1), f32x4.min(v2, v3)), f32x4.min(f32x4.min(v4, v5), f32x4.min(v6, v7)));
    const most = f32x4.max(f32x4.max(f32x4.max(v0, v1), f32x4.max(v2, v3)), f32x4.max(f32x4.max(v4, v5), f32x4.max(v6, v7)));
    let low = smallestOf(least);
    const high = largestOf(most);
    let range: f32;
    if (affine) {
      range = high - low;
      // Minima are found relative to the lowest value, which keeps sums small.
      const origin = f32x4.splat(low);
      v0 = f32x4.sub(v0, origin);
      v1 = f32x4.sub(v1, origin);
      v2 = f32x4.sub(v2, origin);
      v3 = f32x4.sub(v3, origin);
      v4 = f32x4.sub(v4, origin);
      v5 = f32x4.sub(v5, origin);
      v6 = f32x4.sub(v6, origin);
      v7 = f32x4.sub(v7, origin);
    } else {
      range = max<f32>(<f32>0 - low, high);
      low = 0;
    }
    const x = <f64>sumOf(
      f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(f32x4.add(v0, v1), v2), v3), v4), v5), v6), v7),
    );

    let scale = <f64>(range / steps);
    let minimum: f64 = 0;
    let explained = -Infinity;
    store<f32>(plain, <f32>scale, 0);
    store<f32>(plain, <f32>minimum + low, 4);

    for (let round = 0; round <= rounds; round++) {
      const width = widths + (<usize>round << 3);
      const last = round == rounds;
      const start = f32x4.splat(last ? <f32>minimum : affine ? range * load<f32>(width, 0) : 0);
      const inverse = f32x4.splat(last ? <f32>(1 / scale) : load<f32>(width, 4) / range);
      let q = f32x4.splat(0);
      let qq = f32x4.splat(0);
      let qx = f32x4.splat(0);
      let code: v128;

      code = codesOf(v0, start, inverse, lowest, highest);
      if (affine) q = f32x4.add(q, code);
      qq = f32x4.add(qq, f32x4.mul(code, code));
      qx = f32x4.add(qx, f32x4.mul(code, v0));
      code = codesOf(v1, start, inverse, lowest, highest);
      if (affine) q = f32x4.add(q, code);
      qq = f32x4.add(qq, f32x4.mul(code, code));
      qx = f32x4.add(qx, f32x4.mul(code, v1));
      code = codesOf(v2, start, inverse, lowest, highest);
      if (affine) q = f32x4.add(q, code);
      qq = f32x4.add(qq, f32x4.mul(code, code));
      qx = f32x4.add(qx, f32x4.mul(code, v2));
      code = codesOf(v3, start, inverse, lowest, highest);
      if (affine) q = f32x4.add(q, code);
      qq = f32x4.add(qq, f32x4.mul(code, code));
      qx = f32x4.add(qx, f32x4.mul(code, v3));
      code = codesOf(v4, start, inverse, lowest, highest);
      if (affine) q = f32x4.add(q, code);
      qq = f32x4.add(qq, f32x4.mul(code, code));
      qx = f32x4.add(qx, f32x4.mul(code, v4));
      code = codesOf(v5, start, inverse, lowest, highest);
      if (affine) q = f32x4.add(q, code);
      qq = f32x4.add(qq, f32x4.mul(code, code));
      qx = f32x4.add(qx, f32x4.mul(code, v5));
      code = codesOf(v6, start, inverse, lowest, highest);
      if (affine) q = f32x4.add(q, code);
      qq = f32x4.add(qq, f32x4.mul(code, code));
      qx = f32x4.add(qx, f32x4.mul(code, v6));
      code = codesOf(v7, start, inverse, lowest, highest);
      if (affine) q = f32x4.add(q, code);
      qq = f32x4.add(qq, f32x4.mul(code, code));
      qx = f32x4.add(qx, f32x4.mul(code, v7));

      const products = <f64>sumOf(qx);
      let spread = <f64>sumOf(qq);
      let slope: f64;
      let offset: f64 = 0;
      let gain: f64;
      if (affine) {
        // Regression of the values on their codes.
        const codes = <f64>sumOf(q);
        spread = 32 * spread - codes * codes;
        slope = (32 * products - codes * x) / spread;
        offset = (x - slope * codes) / 32;
        gain = slope * products + offset * x;
      } else {
        slope = products / spread;
        gain = slope * products;
      }
      // For least-squares solutions the squared error is the sum of squares minus `gain`.
      if (spread > 0 && slope > 0 && gain > explained) {
        explained = gain;
        scale = slope;
        minimum = offset;
      }
    }
    store<f32>(fits, <f32>scale, 0);
    store<f32>(fits, <f32>minimum + low, 4);
    values += VALUES;
    fits += FIT;
    plain += FIT;
  }
}

/** For each block its codes under the given fit, a byte each, and the squared error that they leave (float32). */
@inline
function encode(values: usize, fits: usize, codes: usize, errors: usize, blocks: i32, affine: bool): void {
  const lowest = f32x4.splat(affine ? 0 : -127);
  const highest = f32x4.splat(affine ? 15 : 127);
  for (; blocks > 0; blocks--) {
    const size = load<f32>(fits, 0);
    const scale = f32x4.splat(size);
    const minimum = f32x4.splat(load<f32>(fits, 4));
    const inverse = f32x4.splat(size != 0 ? 1 / size : 0);
    let sum = f32x4.splat(0);
    // Two halves of four vectors: as many as fit a vector of bytes.
    for (let half: usize = 0; half < 2; half++) {
      const from = values + half * 4 * VECTOR;
      const v0 = v128.load(from, 0 * VECTOR);
      const v1 = v128.load(from, 1 * VECTOR);
      const v2 = v128.load(from, 2 * VECTOR);
      const v3 = v128.load(from, 3 * VECTOR);
      const c0 = codesOf(v0, minimum, inverse, lowest, highest);
      const c1 = codesOf(v1, minimum, inverse, lowest, highest);
      const c2 = codesOf(v2, minimum, inverse, lowest, highest);
      const c3 = codesOf(v3, minimum, inverse, lowest, highest);
      sum = f32x4.add(sum, squaredErrors(c0, v0, scale, minimum));
      sum = f32x4.add(sum, squaredErrors(c1, v1, scale, minimum));
      sum = f32x4.add(sum, squaredErrors(c2, v2, scale, minimum));
      sum = f32x4.add(sum, squaredErrors(c3, v3, scale, minimum));
      const first = i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(c0), i32x4.trunc_sat_f32x4_s(c1));
      const second = i16x8.narrow_i32x4_s(i32x4.trunc_sat_f32x4_s(c2), i32x4.trunc_sat_f32x4_s(c3));
      v128.store(
        codes + half * VECTOR,
        affine ? i8x16.narrow_i16x8_u(first, second) : i8x16.narrow_i16x8_s(first, second),
      );
    }
    store<f32>(errors, sumOf(sum));
    values += VALUES;
    fits += FIT;
    codes += CODES;
    errors += ERROR;
  }
}

@inline
function squaredErrors(codes: v128, values: v128, scale: v128, minimum: v128): v128 {
  const error = f32x4.sub(f32x4.add(f32x4.mul(codes, scale), minimum), values);
  return f32x4.mul(error, error);
}

export function search4(values: usize, fits: usize, plain: usize, blocks: i32, widths: usize, rounds: i32): void {
  search(values, fits, plain, blocks, widths, rounds, true);
}

export function search8(values: usize, fits: usize, plain: usize, blocks: i32, widths: usize, rounds: i32): void {
  search(values, fits, plain, blocks, widths, rounds, false);
}

export function encode4(values: usize, fits: usize, codes: usize, errors: usize, blocks: i32): void {
  encode(values, fits, codes, errors, blocks, true);
}

export function encode8(values: usize, fits: usize, codes: usize, errors: usize, blocks: i32): void {
  encode(values, fits, codes, errors, blocks, false);
}

/**
 * Adds left [rows, rank] · right [rank, columns] to `into` [rows, columns], all float32. `rows` is a multiple of 4 and
 * `columns` of 8, so that eight sums of four lanes stay in registers.
 */
export function product(into: usize, left: usize, right: usize, rows: i32, rank: i32, columns: i32): void {
  const width = <usize>columns << 2;
  const depth = <usize>rank << 2;
  for (let row = 0; row < rows; row += 4) {
    for (let column: usize = 0; column < width; column += 2 * VECTOR) {
      const i0 = into + column;
      const i1 = i0 + width;
      const i2 = i1 + width;
      const i3 = i2 + width;
      let a0 = v128.load(i0);
      let b0 = v128.load(i0, VECTOR);
      let a1 = v128.load(i1);
      let b1 = v128.load(i1, VECTOR);
      let a2 = v128.load(i2);
      let b2 = v128.load(i2, VECTOR);
      let a3 = v128.load(i3);
      let b3 = v128.load(i3, VECTOR);
      let from = right + column;
      const end = left + depth;
      for (let factor = left; factor < end; factor += 4) {
        const a = v128.load(from);
        const b = v128.load(from, VECTOR);
        from += width;
        let f = v128.load32_splat(factor);
        a0 = f32x4.add(a0, f32x4.mul(f, a));
        b0 = f32x4.add(b0, f32x4.mul(f, b));
        f = v128.load32_splat(factor + depth);
        a1 = f32x4.add(a1, f32x4.mul(f, a));
        b1 = f32x4.add(b1, f32x4.mul(f, b));
        f = v128.load32_splat(factor + 2 * depth);
        a2 = f32x4.add(a2, f32x4.mul(f, a));
        b2 = f32x4.add(b2, f32x4.mul(f, b));
        f = v128.load32_splat(factor + 3 * depth);
        a3 = f32x4.add(a3, f32x4.mul(f, a));
        b3 = f32x4.add(b3, f32x4.mul(f, b));
      }
      v128.store(i0, a0);
      v128.store(i0, b0, VECTOR);
      v128.store(i1, a1);
      v128.store(i1, b1, VECTOR);
      v128.store(i2, a2);
      v128.store(i2, b2, VECTOR);
      v128.store(i3, a3);
      v128.store(i3, b3, VECTOR);
    }
    into += 4 * width;
    left += 4 * depth;
  }
}

/** A block's codes of sixteen rows: sixteen vectors. */
const ROWS: usize = 16;
const SQUARE: usize = ROWS * VECTOR;

/** Writes the rows `from` and `from + half` byte by byte in turn to two rows at `to`. */
@inline
function interleave(from: usize, half: usize, to: usize): void {
  const low = v128.load(from);
  const high = v128.load(from + half);
  v128.store(to, i8x16.shuffle(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
  v128.store(to, i8x16.shuffle(low, high, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31), VECTOR);
}

/**
 * Transposes sixteen rows of sixteen bytes that are `stride` bytes apart, into `work` plus SQUARE. Each round rotates
 * the bits of an element's place, four for its row and four for its column, by one.
 */
@inline
function transpose(from: usize, stride: usize, work: usize): void {
  const other = work + SQUARE;
  for (let row: usize = 0; row < 8; row++) interleave(from + row * stride, 8 * stride, work + 2 * row * VECTOR);
  for (let row: usize = 0; row < 8; row++) interleave(work + row * VECTOR, SQUARE / 2, other + 2 * row * VECTOR);
  for (let row: usize = 0; row < 8; row++) interleave(other + row * VECTOR, SQUARE / 2, work + 2 * row * VECTOR);
  for (let row: usize = 0; row < 8; row++) interleave(work + row * VECTOR, SQUARE / 2, other + 2 * row * VECTOR);
}

/** Four float32 that are `stride` bytes apart. */
@inline
function four(from: usize, stride: usize): v128 {
  let v = v128.load32_splat(from);
  v = f32x4.replace_lane(v, 1, load<f32>(from + stride));
  v = f32x4.replace_lane(v, 2, load<f32>(from + 2 * stride));
  return f32x4.replace_lane(v, 3, load<f32>(from + 3 * stride));
}

/** Stores four signed codes times their scales, plus their offsets. */
@inline
function store4(to: usize, codes: v128, scale: v128, offset: v128, affine: bool): void {
  const product = f32x4.mul(f32x4.convert_i32x4_s(codes), scale);
  v128.store(to, affine ? f32x4.add(product, offset) : product);
}

/**
 * The values of a matrix of codes [rows, columns], transposed: `columns` vectors of `rows` float32, `stride` bytes
 * apart. `rows` is a multiple of 16, `columns` of 32. 4 bits (codes 0 to 15 around 8, two to a byte) have `offsets`
 * [columns / 32, rows], 8 bits (around 128) have none; `scales` is [rows, columns / 32]. `work` has room for 512 bytes.
 */
@inline
function widen(
  codes: usize,
  scales: usize,
  offsets: usize,
  out: usize,
  rows: usize,
  columns: usize,
  stride: usize,
  work: usize,
  affine: bool,
): void {
  const width = affine ? columns >> 1 : columns;
  const scaleWidth = columns >> 3;
  const blockWidth = affine ? VECTOR : 2 * VECTOR;
  const middle = i8x16.splat(affine ? 8 : -128);
  const nibble = i8x16.splat(15);
  for (let block: usize = 0; block < columns >> 5; block++) {
    for (let row: usize = 0; row < rows; row += ROWS) {
      const scale = scales + row * scaleWidth + (block << 2);
      const s0 = four(scale, scaleWidth);
      const s1 = four(scale + 4 * scaleWidth, scaleWidth);
      const s2 = four(scale + 8 * scaleWidth, scaleWidth);
      const s3 = four(scale + 12 * scaleWidth, scaleWidth);
      const offset = affine ? offsets + ((block * rows + row) << 2) : 0;
      const o0 = v128.load(offset);
      const o1 = v128.load(offset, VECTOR);
      const o2 = v128.load(offset, 2 * VECTOR);
      const o3 = v128.load(offset, 3 * VECTOR);
      let to = out + (block << 5) * stride + (row << 2);
      for (let part: usize = 0; part < blockWidth; part += VECTOR) {
        transpose(codes + row * width + block * blockWidth + part, width, work);
        for (let byte: usize = 0; byte < SQUARE; byte += VECTOR) {
          const both = v128.load(work + SQUARE + byte);
          const first = i8x16.sub(affine ? v128.and(both, nibble) : both, middle);
          let low = i16x8.extend_low_i8x16_s(first);
          let high = i16x8.extend_high_i8x16_s(first);
          store4(to, i32x4.extend_low_i16x8_s(low), s0, o0, affine);
          store4(to + VECTOR, i32x4.extend_high_i16x8_s(low), s1, o1, affine);
          store4(to + 2 * VECTOR, i32x4.extend_low_i16x8_s(high), s2, o2, affine);
          store4(to + 3 * VECTOR, i32x4.extend_high_i16x8_s(high), s3, o3, affine);
          to += stride;
          if (affine) {
            const second = i8x16.sub(i8x16.shr_u(both, 4), middle);
            low = i16x8.extend_low_i8x16_s(second);
            high = i16x8.extend_high_i8x16_s(second);
            store4(to, i32x4.extend_low_i16x8_s(low), s0, o0, affine);
            store4(to + VECTOR, i32x4.extend_high_i16x8_s(low), s1, o1, affine);
            store4(to + 2 * VECTOR, i32x4.extend_low_i16x8_s(high), s2, o2, affine);
            store4(to + 3 * VECTOR, i32x4.extend_high_i16x8_s(high), s3, o3, affine);
            to += stride;
          }
        }
      }
    }
  }
}

export function widen4(
  codes: usize,
  scales: usize,
  offsets: usize,
  out: usize,
  rows: usize,
  columns: usize,
  stride: usize,
  work: usize,
): void {
  widen(codes, scales, offsets, out, rows, columns, stride, work, true);
}

export function widen8(
  codes: usize,
  scales: usize,
  offsets: usize,
  out: usize,
  rows: usize,
  columns: usize,
  stride: usize,
  work: usize,
): void {
  widen(codes, scales, offsets, out, rows, columns, stride, work, false);
}
