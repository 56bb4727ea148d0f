import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENCODABLE_TYPES, encodeStored } from './encode-stored.ts';
import { fromHalf, roundToHalf, toHalf } from './float.ts';
import { BLOCK } from './quantise.ts';
import { decodeStored, STORED } from './stored.ts';

/** A reproducible stream of normal numbers (Box–Muller). */
function normal(seed: number): () => number {
  let state = seed;
  const uniform = (): number => (state = (Math.imul(state, 48271) >>> 0) % 2147483647) / 2147483647;
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

function relativeError(values: Float32Array, copy: Float32Array): number {
  let difference = 0;
  let size = 0;
  values.forEach((value, i) => {
    difference += (value - (copy[i] ?? 0)) ** 2;
    size += value * value;
  });
  return Math.sqrt(difference / size);
}

/** Rounding to the nearest of 16 levels between the smallest and the largest value: the baseline of the search. */
function nearest16(values: Float32Array): Float32Array {
  const out = new Float32Array(values.length);
  for (let at = 0; at < values.length; at += BLOCK) {
    const block = values.subarray(at, at + BLOCK);
    const low = roundToHalf(Math.min(...block));
    const step = roundToHalf((Math.max(...block) - low) / 15);
    block.forEach(
      (value, i) => (out[at + i] = Math.min(15, Math.max(0, Math.round((value - low) / step))) * step + low),
    );
  }
  return out;
}

/** Rounding to the nearest of 16 levels around zero, the usual int4. */
function nearestInt4(values: Float32Array): Float32Array {
  const out = new Float32Array(values.length);
  for (let at = 0; at < values.length; at += BLOCK) {
    const block = values.subarray(at, at + BLOCK);
    const step = roundToHalf(Math.max(...block.map(Math.abs)) / 7);
    block.forEach((value, i) => (out[at + i] = Math.round(value / step) * step));
  }
  return out;
}

describe('quantisers', () => {
  const next = normal(12345);
  const values = Float32Array.from({ length: BLOCK * 512 }, () => next() / 20);

  it('search beats rounding to the nearest level by a margin', () => {
    const error = (copy: Float32Array): number => relativeError(values, copy);
    const found = error(decodeStored('Q4_1', encodeStored('Q4_1', values), values.length));
    expect(found).toBeLessThan(0.95 * error(nearest16(values)));
    expect(found).toBeLessThan(0.75 * error(nearestInt4(values)));
    const symmetric = error(decodeStored('Q4_0', encodeStored('Q4_0', values), values.length));
    expect(symmetric).toBeLessThan(0.9 * error(nearestInt4(values)));
    expect(error(decodeStored('Q8_0', encodeStored('Q8_0', values), values.length))).toBeLessThan(0.006);
  });

  it.each(ENCODABLE_TYPES)('%s: decoded values are stable', (type) => {
    const once = decodeStored(type, encodeStored(type, values), values.length);
    const twice = decodeStored(type, encodeStored(type, once), values.length);
    // A second fit may find a finer grid for a block that left codes unused, but never a worse one.
    expect(relativeError(once, twice)).toBeLessThan(5e-3);
  });

  it.each(ENCODABLE_TYPES)('%s: any block of numbers decodes to finite values within its range', (type) => {
    const number = fc.oneof(
      fc.constant(0),
      fc.double({ min: -60000, max: 60000, noNaN: true }),
      fc.double({ min: -1e-6, max: 1e-6, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(number, { minLength: BLOCK, maxLength: BLOCK }), (list) => {
        const block = Float32Array.from(list);
        const copy = decodeStored(type, encodeStored(type, block), BLOCK);
        const largest = Math.max(...block.map(Math.abs));
        expect(copy.length % STORED[type].values).toBe(0);
        for (const value of copy) {
          expect(Number.isFinite(value)).toBe(true);
          expect(Math.abs(value)).toBeLessThanOrEqual(largest * 1.5 + 1e-6);
        }
      }),
    );
  });
});

describe('half precision', () => {
  it('round-trips every value', () => {
    for (let bits = 0; bits < 65536; bits++) {
      const value = fromHalf(bits);
      if (Number.isNaN(value)) expect(fromHalf(toHalf(value))).toBeNaN();
      else expect(toHalf(value)).toBe(bits);
    }
  });

  it('rounds to the nearest value, ties to even', () => {
    expect(roundToHalf(1 + 2 ** -11)).toBe(1);
    expect(roundToHalf(1 + 3 * 2 ** -11)).toBe(1 + 2 ** -9);
    expect(roundToHalf(65519)).toBe(65504);
    expect(roundToHalf(65520)).toBe(Infinity);
    expect(roundToHalf(2 ** -25)).toBe(0);
    expect(roundToHalf(-3 * 2 ** -26)).toBe(-(2 ** -24));
    fc.assert(
      fc.property(fc.float({ min: -60000, max: 60000, noNaN: true }), (value) => {
        const bits = toHalf(value) & 0x7fff;
        const here = Math.abs(Math.abs(value) - fromHalf(bits));
        if (bits > 0) expect(here).toBeLessThanOrEqual(Math.abs(Math.abs(value) - fromHalf(bits - 1)));
        if (bits < 0x7bff) expect(here).toBeLessThanOrEqual(Math.abs(Math.abs(value) - fromHalf(bits + 1)));
      }),
    );
  });
});
