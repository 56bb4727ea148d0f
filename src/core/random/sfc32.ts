import type { Random } from './random.ts';

/**
 * A stream keyed by a list of whole numbers, so that draws for (seed, step, module) never depend on earlier ones: a
 * resumed run draws the same as an uninterrupted one. The state is the key hashed by MurmurHash3's finaliser; the
 * stream is sfc32 (Doty-Humphrey, PractRand).
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
