import { roundToHalf } from './float.ts';

/** Values that share a scale. */
export const BLOCK = 32;

/** Ranges tried around the plain one; a narrower grid clips outliers, which often costs less than a coarse step. */
const Q4_CANDIDATES = Array.from({ length: 21 }, (_, i) => 0.7 + i * 0.02);
const Q8_CANDIDATES = [1, 0.995, 0.99, 0.98, 0.97];

/** What a quantiser finds for one block: value ≈ code · scale + minimum, both half-precision numbers. */
export interface BlockFit {
  scale: number;
  minimum: number;
}

/**
 * Fits a 4-bit block (codes 0…15, scale and minimum) by trying several ranges and solving each for scale and minimum
 * by least squares; keeps the one with the smallest squared error after both were rounded to half precision.
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
  let best: BlockFit = { scale: roundToHalf((high - low) / 15), minimum: roundToHalf(low) };
  let bestError = squaredError(values, at, best);
  const middle = (low + high) / 2;
  for (const width of Q4_CANDIDATES) {
    const step = ((high - low) * width) / 15;
    const fit = leastSquares(values, at, step, middle - 7.5 * step);
    if (!fit) continue;
    const error = squaredError(values, at, fit);
    if (error < bestError) {
      best = fit;
      bestError = error;
      const again = leastSquares(values, at, fit.scale, fit.minimum);
      const refined = again ? squaredError(values, at, again) : Infinity;
      if (again && refined < bestError) {
        best = again;
        bestError = refined;
      }
    }
  }
  for (let i = 0; i < BLOCK; i++) codes[i] = code4(values[at + i] ?? 0, best);
  return best;
}

function code4(value: number, fit: BlockFit): number {
  const code = fit.scale === 0 ? 0 : Math.round((value - fit.minimum) / fit.scale);
  return code < 0 ? 0 : code > 15 ? 15 : code;
}

/** Scale and minimum that fit best when the codes are those of the grid `step`, `start`. */
function leastSquares(values: Float32Array, at: number, step: number, start: number): BlockFit | undefined {
  if (!(step > 0)) return undefined;
  let q = 0;
  let qq = 0;
  let x = 0;
  let qx = 0;
  for (let i = 0; i < BLOCK; i++) {
    const value = values[at + i] ?? 0;
    let code = Math.round((value - start) / step);
    code = code < 0 ? 0 : code > 15 ? 15 : code;
    q += code;
    qq += code * code;
    x += value;
    qx += code * value;
  }
  const spread = BLOCK * qq - q * q;
  if (spread === 0) return undefined;
  const scale = (BLOCK * qx - q * x) / spread;
  return { scale: roundToHalf(scale), minimum: roundToHalf((x - scale * q) / BLOCK) };
}

function squaredError(values: Float32Array, at: number, fit: BlockFit): number {
  if (!(fit.scale > 0) || !Number.isFinite(fit.scale) || !Number.isFinite(fit.minimum)) return Infinity;
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) {
    const value = values[at + i] ?? 0;
    const error = code4(value, fit) * fit.scale + fit.minimum - value;
    sum += error * error;
  }
  return sum;
}

/**
 * Fits an 8-bit block (codes −127…127, scale only), trying slightly narrower ranges than the largest value asks for.
 * @param codes receives 32 codes.
 * @returns the scale, a half-precision number.
 */
export function quantiseQ8(values: Float32Array, at: number, codes: Int8Array): number {
  let largest = 0;
  for (let i = 0; i < BLOCK; i++) largest = Math.max(largest, Math.abs(values[at + i] ?? 0));
  let best = 0;
  let bestError = Infinity;
  for (const width of largest > 0 ? Q8_CANDIDATES : []) {
    const grid = (largest * width) / 127;
    let qq = 0;
    let qx = 0;
    for (let i = 0; i < BLOCK; i++) {
      const value = values[at + i] ?? 0;
      const code = code8(value, grid);
      qq += code * code;
      qx += code * value;
    }
    for (const scale of [roundToHalf(grid), roundToHalf(qq > 0 ? qx / qq : 0)]) {
      if (!(scale > 0) || !Number.isFinite(scale)) continue;
      let error = 0;
      for (let i = 0; i < BLOCK; i++) {
        const value = values[at + i] ?? 0;
        error += (code8(value, scale) * scale - value) ** 2;
      }
      if (error < bestError) {
        best = scale;
        bestError = error;
      }
    }
  }
  for (let i = 0; i < BLOCK; i++) codes[i] = best === 0 ? 0 : code8(values[at + i] ?? 0, best);
  return best;
}

function code8(value: number, scale: number): number {
  const code = Math.round(value / scale);
  return code < -127 ? -127 : code > 127 ? 127 : code;
}

/**
 * Fits a 4-bit block without minimum (codes 0…15, value = (code − 8) · scale) by least squares over several ranges; the
 * scale is negative where the value of largest size is positive, so that the sixteenth level is not wasted.
 * @param codes receives 32 codes.
 * @returns the scale, a half-precision number.
 */
export function quantiseQ4Symmetric(values: Float32Array, at: number, codes: Uint8Array): number {
  let extreme = 0;
  for (let i = 0; i < BLOCK; i++) if (Math.abs(values[at + i] ?? 0) > Math.abs(extreme)) extreme = values[at + i] ?? 0;
  let best = 0;
  let bestError = Infinity;
  for (const width of extreme === 0 ? [] : Q4_CANDIDATES) {
    const grid = (extreme * width) / -8;
    let qq = 0;
    let qx = 0;
    for (let i = 0; i < BLOCK; i++) {
      const value = values[at + i] ?? 0;
      const code = signed4(value, grid);
      qq += code * code;
      qx += code * value;
    }
    for (const scale of [roundToHalf(grid), roundToHalf(qq > 0 ? qx / qq : 0)]) {
      if (scale === 0 || !Number.isFinite(scale)) continue;
      let error = 0;
      for (let i = 0; i < BLOCK; i++) {
        const value = values[at + i] ?? 0;
        error += (signed4(value, scale) * scale - value) ** 2;
      }
      if (error < bestError) {
        best = scale;
        bestError = error;
      }
    }
  }
  for (let i = 0; i < BLOCK; i++) codes[i] = best === 0 ? 8 : signed4(values[at + i] ?? 0, best) + 8;
  return best;
}

function signed4(value: number, scale: number): number {
  const code = Math.round(value / scale);
  return code < -8 ? -8 : code > 7 ? 7 : code;
}
