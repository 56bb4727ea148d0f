/** A seeded source of integers: `next(n)` is uniform in 0..n-1. The same seed gives the same sequence everywhere. */
export interface IntegerSource {
  next(n: number): number;
}

/** The sfc32 generator (Chris Doty-Humphrey, PractRand), seeded from one integer. */
export function integersFrom(seed: number): IntegerSource {
  let [a, b, c, counter] = [0, seed | 0, (seed / 2 ** 32) | 0, 1];
  const uint32 = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) uint32();
  return { next: (n) => Math.floor((uint32() / 2 ** 32) * n) };
}
