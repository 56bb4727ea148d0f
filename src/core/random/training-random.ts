/** A stream of numbers in [0, 1). */
export type Random = () => number;

/**
 * A stream keyed by any list of whole numbers, so that what is drawn for (seed, step, module) never depends on what was
 * drawn before: a resumed run draws what an uninterrupted one would. The state is the key hashed by MurmurHash3's
 * finaliser; the stream is sfc32 (Doty-Humphrey, PractRand).
 */
export function randomStream(...key: number[]): Random {
  let h = 0x9e3779b9;
  const word = (): number => (h = mix(h + 0x9e3779b9));
  for (const part of key) {
    h = mix(h ^ (part >>> 0));
    h = mix(h + Math.floor(part / 0x100000000));
  }
  let [a, b, c, counter] = [word(), word(), word(), 1];
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 0x100000000;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

function mix(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** A copy in random order (Fisher–Yates). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}

/**
 * Fills a mask with bytes that are 0 with probability `drop` and 1 otherwise, drawn by the gaps between zeros, which are
 * geometric: ten times fewer draws at a probability of 0.1.
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

/** The geometric distribution's quantiles in 65536 equal steps: looking one up takes a tenth of the time of a logarithm. */
function gapTable(drop: number): Uint32Array {
  const known = tables.get(drop);
  if (known) return known;
  const table = Uint32Array.from({ length: 65536 }, (_, i) => Math.log((i + 0.5) / 65536) / Math.log1p(-drop));
  tables.set(drop, table);
  return table;
}
