import type { Random } from '../random/random.ts';

/**
 * Fills a mask with bytes that are 0 with probability `drop` and 1 otherwise, drawn by the gaps between zeros, which
 * are geometric: ten times fewer draws at a probability of 0.1.
 */
export function dropoutMask(mask: Uint8Array, drop: number, random: Random): Uint8Array {
  const { length } = mask.fill(1);
  if (drop <= 0) return mask;
  const gaps = gapTable(drop);
  // Each draw has 32 bits, enough for two gaps.
  for (let i = -1; i < length;) {
    const bits = random() * 0x100000000;
    i += 1 + (gaps[bits >>> 16] ?? 0);
    if (i < length) mask[i] = 0;
    i += 1 + (gaps[bits & 0xffff] ?? 0);
    if (i < length) mask[i] = 0;
  }
  return mask;
}

const tables = new Map<number, Uint32Array>();

/** The geometric distribution's quantiles in 65536 equal steps: a lookup takes a tenth of the time of a logarithm. */
function gapTable(drop: number): Uint32Array {
  const known = tables.get(drop);
  if (known) return known;
  const table = Uint32Array.from({ length: 65536 }, (_, i) => Math.log((i + 0.5) / 65536) / Math.log1p(-drop));
  tables.set(drop, table);
  return table;
}
