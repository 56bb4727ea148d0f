const WORDS = 624;
const SHIFT = 397;

/**
 * MT19937 (Matsumoto & Nishimura 1998) with the seeding and draws of NumPy's legacy RandomState, so that splits made by
 * Python can be reproduced.
 */
export class MersenneTwister {
  readonly #state = new Uint32Array(WORDS);
  #index = WORDS;

  /** @param seed a whole number below 2³². */
  constructor(seed: number) {
    let word = seed >>> 0;
    for (let i = 0; i < WORDS; i++) {
      this.#state[i] = word;
      word = (Math.imul(1812433253, word ^ (word >>> 30)) + i + 1) >>> 0;
    }
  }

  /** 32 random bits. */
  next(): number {
    if (this.#index === WORDS) this.#twist();
    let y = this.#state[this.#index++] ?? 0;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** A whole number from 0 to `max` inclusive, by rejection as in NumPy's `random_interval`. */
  interval(max: number): number {
    if (max === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(max);
    let value = (this.next() & mask) >>> 0;
    while (value > max) value = (this.next() & mask) >>> 0;
    return value;
  }

  /** A shuffled copy, in the order of `RandomState.permutation`. */
  permutation<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.interval(i);
      [result[i], result[j]] = [result[j] as T, result[i] as T];
    }
    return result;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < WORDS; i++) {
      const y = ((state[i] ?? 0) & 0x80000000) | ((state[(i + 1) % WORDS] ?? 0) & 0x7fffffff);
      state[i] = (state[(i + SHIFT) % WORDS] ?? 0) ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#index = 0;
  }
}
