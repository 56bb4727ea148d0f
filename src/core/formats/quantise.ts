import { roundToHalf } from './float.ts';

/** Number of values that share a scale. */
export const BLOCK = 32;

/**
 * Widths tried, relative to the range of a block: a narrower grid clips outliers, which often costs less than a coarse
 * step.
 */
export const Q4_WIDTHS = [1, 0.96, 0.92, 0.88, 0.84, 0.8, 0.75];
const Q4_SYMMETRIC_WIDTHS = [1.04, ...Q4_WIDTHS];
export const Q8_WIDTHS = [1, 0.992, 0.984];

/** A fitted block: value ≈ code · scale + minimum, both half-precision numbers. */
export interface BlockFit {
  scale: number;
  minimum: number;
}

/**
 * Fits a 4-bit block (codes 0…15, scale and minimum): tries several grids, solves each one's scale and minimum by least
 * squares for its codes, and keeps the best after rounding to half precision.
 * @param codes receives 32 codes.
 */
export function quantiseQ4(values: Float32Array, at: number, codes: Uint8Array): BlockFit {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < BLOCK; i++) {
    const value = values[at + i] ?? 0;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!(high > low)) {
    codes.fill(0, 0, BLOCK);
    return { scale: 0, minimum: roundToHalf(low) };
  }
  const plain = { scale: roundToHalf((high - low) / 15), minimum: roundToHalf(low) };
  let scale = (high - low) / 15;
  let minimum = low;
  let most = -Infinity;
  const middle = (low + high) / 2;
  const half = (high - low) / 2;
  // The last round starts from the best fitted grid so far: its codes are better than those of any width.
  for (let round = 0; round <= Q4_WIDTHS.length; round++) {
    const width = Q4_WIDTHS[round];
    const start = width === undefined ? minimum : middle - half * width;
    const inverse = 1 / (width === undefined ? scale : (2 * half * width) / 15);
    if (!Number.isFinite(inverse)) continue;
    let q = 0;
    let qq = 0;
    let x = 0;
    let qx = 0;
    for (let i = 0; i < BLOCK; i++) {
      const value = values[at + i] ?? 0;
      let code = ((value - start) * inverse + 0.5) | 0;
      code = code < 0 ? 0 : code > 15 ? 15 : code;
      q += code;
      qq += code * code;
      x += value;
      qx += code * value;
    }
    const spread = BLOCK * qq - q * q;
    if (spread === 0) continue;
    const fitted = (BLOCK * qx - q * x) / spread;
    const offset = (x - fitted * q) / BLOCK;
    // For least-squares solutions the squared error is Σx² minus this.
    const explained = fitted * qx + offset * x;
    if (fitted > 0 && explained > most) {
      most = explained;
      scale = fitted;
      minimum = offset;
    }
  }
  const found = { scale: roundToHalf(scale), minimum: roundToHalf(minimum) };
  const best = squaredError(values, at, found) <= squaredError(values, at, plain) ? found : plain;
  for (let i = 0; i < BLOCK; i++) codes[i] = code4(values[at + i] ?? 0, best);
  return best;
}

function code4(value: number, fit: BlockFit): number {
  const code = fit.scale === 0 ? 0 : Math.round((value - fit.minimum) / fit.scale);
  return code < 0 ? 0 : code > 15 ? 15 : code;
}

function squaredError(values: Float32Array, at: number, fit: BlockFit): number {
  if (!Number.isFinite(fit.scale) || !Number.isFinite(fit.minimum)) return Infinity;
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) {
    const value = values[at + i] ?? 0;
    const error = code4(value, fit) * fit.scale + fit.minimum - value;
    sum += error * error;
  }
  return sum;
}

/**
 * Fits an 8-bit block (codes −127…127, scale only), trying slightly narrower ranges than the largest value requires.
 * @param codes receives 32 codes.
 * @returns the scale, a half-precision number.
 */
export function quantiseQ8(values: Float32Array, at: number, codes: Int8Array): number {
  return fitScale(values, at, 127, -127, 127, Q8_WIDTHS, (i, code) => (codes[i] = code));
}

/**
 * Fits a 4-bit block without minimum (codes 0…15, value = (code − 8) · scale); the scale is negative if the value of
 * largest magnitude is positive, so that the sixteenth level is not wasted.
 * @param codes receives 32 codes.
 * @returns the scale, a half-precision number.
 */
export function quantiseQ4Symmetric(values: Float32Array, at: number, codes: Uint8Array): number {
  return fitScale(values, at, -8, -8, 7, Q4_SYMMETRIC_WIDTHS, (i, code) => (codes[i] = code + 8));
}

/** The best scale for codes in [lowest, highest] if the value of largest magnitude gets about `extremeCode`. */
function fitScale(
  values: Float32Array,
  at: number,
  extremeCode: number,
  lowest: number,
  highest: number,
  widths: number[],
  put: (i: number, code: number) => void,
): number {
  let extreme = 0;
  for (let i = 0; i < BLOCK; i++) if (Math.abs(values[at + i] ?? 0) > Math.abs(extreme)) extreme = values[at + i] ?? 0;
  if (extremeCode > 0) extreme = Math.abs(extreme);
  const plain = roundToHalf(extreme / extremeCode);
  let scale = plain;
  let most = -Infinity;
  for (const width of widths) {
    const inverse = extremeCode / (extreme * width);
    if (!Number.isFinite(inverse)) continue;
    let qq = 0;
    let qx = 0;
    for (let i = 0; i < BLOCK; i++) {
      const value = values[at + i] ?? 0;
      const code = clampedCode(value * inverse, lowest, highest);
      qq += code * code;
      qx += code * value;
    }
    // Σx² minus this is the squared error of the least-squares scale.
    const explained = qq > 0 ? (qx * qx) / qq : 0;
    if (explained > most) {
      most = explained;
      scale = roundToHalf(qx / qq);
    }
  }
  if (!Number.isFinite(scale)) scale = plain;
  if (
    scale !== plain &&
    Number.isFinite(plain) &&
    errorOf(values, at, plain, lowest, highest) < errorOf(values, at, scale, lowest, highest)
  )
    scale = plain;
  for (let i = 0; i < BLOCK; i++) put(i, scale === 0 ? 0 : clampedCode((values[at + i] ?? 0) / scale, lowest, highest));
  return scale;
}

function clampedCode(value: number, lowest: number, highest: number): number {
  const code = Math.floor(value + 0.5);
  return code < lowest ? lowest : code > highest ? highest : code;
}

function errorOf(values: Float32Array, at: number, scale: number, lowest: number, highest: number): number {
  if (scale === 0) return Infinity;
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) {
    const value = values[at + i] ?? 0;
    sum += (clampedCode(value / scale, lowest, highest) * scale - value) ** 2;
  }
  return sum;
}
