import { BLOCK } from '../quantise.ts';
import {
  type Code,
  f32,
  f32x4,
  f64,
  FunctionBuilder,
  i32,
  integers,
  repeat,
  select,
  type Variable,
  v128,
  when,
} from './assembler.ts';

/** A grid of whole-number codes for a block. */
export interface Grid {
  lowest: number;
  highest: number;
  /** Whether values are code · scale + minimum; code · scale otherwise. */
  affine: boolean;
  /** Widths to try, relative to the range of the block. */
  widths: readonly number[];
}

/** Vectors of a block. */
const LANES = 4;
const VECTORS = BLOCK / LANES;
const FIT_BYTES = 8;

/**
 * `name(values, fits, plain, blocks)`: for each block of 32 values two pairs of float32, scale and minimum: the best
 * fit of all widths, each solved by least squares for the codes that it gives, and the plain spread over the range. The
 * method is that of quantise.ts; a last round starts from the best grid so far.
 */
export function searchKernel(name: string, grid: Grid): { fn: FunctionBuilder; body: Code } {
  const fn = new FunctionBuilder(name, 4);
  const [values, fits, plain, blocks] = fn.parameters as [Variable, Variable, Variable, Variable];
  const v = Array.from({ length: VECTORS }, () => fn.local('v128'));
  const [low, high, range, start, inverse] = five(fn, 'f32');
  const [codes, sumQ, sumQQ, sumQX] = Array.from({ length: 4 }, () => fn.local('v128')) as [
    Variable,
    Variable,
    Variable,
    Variable,
  ];
  const [scale, minimum, most, x, q] = five(fn, 'f64');
  const [qq, qx, fitted, offset, explained] = five(fn, 'f64');
  const steps = grid.affine ? grid.highest - grid.lowest : grid.highest;

  /**
   * Solves for the codes that `start` and `inverse` give, and keeps the solution if it explains more than any before.
   */
  const round: Code = [
    ...sumQ.set(f32x4.splat(f32.const(0))),
    ...sumQQ.set(sumQ.get),
    ...sumQX.set(sumQ.get),
    ...v.flatMap((part) => [
      ...codes.set(clampedCodes(part.get, start.get, inverse.get, grid)),
      ...(grid.affine ? sumQ.set(f32x4.add(sumQ.get, codes.get)) : []),
      ...sumQQ.set(f32x4.add(sumQQ.get, f32x4.mul(codes.get, codes.get))),
      ...sumQX.set(f32x4.add(sumQX.get, f32x4.mul(codes.get, part.get))),
    ]),
    ...qq.set(total(sumQQ.get)),
    ...qx.set(total(sumQX.get)),
    ...(grid.affine
      ? [
          ...q.set(total(sumQ.get)),
          // Spread of the codes, then slope and offset of the regression.
          ...qq.set(f64.sub(f64.mul(f64.const(BLOCK), qq.get), f64.mul(q.get, q.get))),
          ...fitted.set(f64.div(f64.sub(f64.mul(f64.const(BLOCK), qx.get), f64.mul(q.get, x.get)), qq.get)),
          ...offset.set(f64.div(f64.sub(x.get, f64.mul(fitted.get, q.get)), f64.const(BLOCK))),
          ...explained.set(f64.add(f64.mul(fitted.get, qx.get), f64.mul(offset.get, x.get))),
        ]
      : [...fitted.set(f64.div(qx.get, qq.get)), ...explained.set(f64.mul(fitted.get, qx.get))]),
    ...when(
      i32.and(f64.gt(qq.get, f64.const(0)), i32.and(f64.gt(fitted.get, f64.const(0)), f64.gt(explained.get, most.get))),
      [...most.set(explained.get), ...scale.set(fitted.get), ...minimum.set(offset.get)],
    ),
  ];

  const body = repeat(
    [
      ...loadBlock(v, values),
      ...low.set(
        across(
          f32.min,
          v.map((part) => part.get).reduce((a, b) => f32x4.min(a, b)),
        ),
      ),
      ...high.set(
        across(
          f32.max,
          v.map((part) => part.get).reduce((a, b) => f32x4.max(a, b)),
        ),
      ),
      ...(grid.affine
        ? [
            ...range.set(f32.sub(high.get, low.get)),
            ...v.flatMap((part) => part.set(f32x4.sub(part.get, f32x4.splat(low.get)))),
          ]
        : [...range.set(f32.max(f32.sub(f32.const(0), low.get), high.get)), ...low.set(f32.const(0))]),
      ...x.set(total(v.map((part) => part.get).reduce((a, b) => f32x4.add(a, b)))),
      ...scale.set(f64.promote(f32.div(range.get, f32.const(steps)))),
      ...minimum.set(f64.const(0)),
      ...offset.set(f64.const(0)),
      ...most.set(f64.const(-Infinity)),
      ...storeFit(plain, scale, minimum, low),
      ...grid.widths.flatMap((width) => [
        ...start.set(grid.affine ? f32.mul(range.get, f32.const((1 - width) / 2)) : f32.const(0)),
        ...inverse.set(f32.div(f32.const(steps / width), range.get)),
        ...round,
      ]),
      ...start.set(f32.demote(minimum.get)),
      ...inverse.set(f32.demote(f64.div(f64.const(1), scale.get))),
      ...round,
      ...storeFit(fits, scale, minimum, low),
      ...advance(values, BLOCK * 4),
      ...advance(fits, FIT_BYTES),
      ...advance(plain, FIT_BYTES),
      ...blocks.set(i32.sub(blocks.get, i32.const(1))),
    ],
    blocks.get,
  );
  return { fn, body };
}

/**
 * `name(values, fits, codes, errors, blocks)`: the codes of each block (a byte each) and its squared error, float32.
 */
export function encodeKernel(name: string, grid: Grid): { fn: FunctionBuilder; body: Code } {
  const fn = new FunctionBuilder(name, 5);
  const [values, fits, codes, errors, blocks] = fn.parameters as [Variable, Variable, Variable, Variable, Variable];
  const v = Array.from({ length: VECTORS }, () => fn.local('v128'));
  const [scale, minimum, inverse] = Array.from({ length: 3 }, () => fn.local('f32')) as [Variable, Variable, Variable];
  const [code, error, sum] = Array.from({ length: 3 }, () => fn.local('v128')) as [Variable, Variable, Variable];
  const narrow8 = grid.lowest < 0 ? integers.narrow16Signed : integers.narrow16Unsigned;
  const packed = (from: number): Code => {
    const [a, b, c, d] = v.slice(from, from + 4).map((part) => integers.truncate(part.get)) as [Code, Code, Code, Code];
    return narrow8(integers.narrow32(a, b), integers.narrow32(c, d));
  };
  const body = repeat(
    [
      ...loadBlock(v, values),
      ...scale.set(f32.load([fits.get], 0)),
      ...minimum.set(f32.load([fits.get], 4)),
      ...inverse.set(select(f32.div(f32.const(1), scale.get), f32.const(0), f32.ne(scale.get, f32.const(0)))),
      ...sum.set(f32x4.splat(f32.const(0))),
      ...v.flatMap((part) => [
        ...code.set(clampedCodes(part.get, minimum.get, inverse.get, grid)),
        ...error.set(
          f32x4.sub(f32x4.add(f32x4.mul(code.get, f32x4.splat(scale.get)), f32x4.splat(minimum.get)), part.get),
        ),
        ...sum.set(f32x4.add(sum.get, f32x4.mul(error.get, error.get))),
        ...part.set(code.get),
      ]),
      ...v128.store([codes.get, packed(0)], 0),
      ...v128.store([codes.get, packed(4)], 16),
      ...f32.store([errors.get, across(f32.add, sum.get)], 0),
      ...advance(values, BLOCK * 4),
      ...advance(fits, FIT_BYTES),
      ...advance(codes, BLOCK),
      ...advance(errors, 4),
      ...blocks.set(i32.sub(blocks.get, i32.const(1))),
    ],
    blocks.get,
  );
  return { fn, body };
}

function five(fn: FunctionBuilder, type: 'f32' | 'f64'): [Variable, Variable, Variable, Variable, Variable] {
  return Array.from({ length: 5 }, () => fn.local(type)) as [Variable, Variable, Variable, Variable, Variable];
}

function loadBlock(v: readonly Variable[], address: Variable): Code {
  return v.flatMap((part, i) => part.set(v128.load([address.get], i * LANES * 4)));
}

function clampedCodes(values: Code, start: Code, inverse: Code, { lowest, highest }: Grid): Code {
  const nearest = f32x4.nearest(f32x4.mul(f32x4.sub(values, f32x4.splat(start)), f32x4.splat(inverse)));
  return f32x4.min(f32x4.max(nearest, f32x4.splat(f32.const(lowest))), f32x4.splat(f32.const(highest)));
}

/** One float32 from the four lanes. */
function across(combine: (...inputs: Code[]) => Code, vector: Code): Code {
  const [a, b, c, d] = [0, 1, 2, 3].map((lane) => f32x4.lane(vector, lane)) as [Code, Code, Code, Code];
  return combine(combine(a, b), combine(c, d));
}

/** The sum of the lanes in double precision. */
function total(vector: Code): Code {
  return f64.promote(across(f32.add, vector));
}

/** Scale and minimum; the minimum was found relative to the lowest value. */
function storeFit(address: Variable, scale: Variable, minimum: Variable, low: Variable): Code {
  return [
    ...f32.store([address.get, f32.demote(scale.get)], 0),
    ...f32.store([address.get, f32.add(f32.demote(minimum.get), low.get)], 4),
  ];
}

function advance(address: Variable, bytes: number): Code {
  return address.set(i32.add(address.get, i32.const(bytes)));
}
