import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../random/xoshiro128.ts';
import { argmax, candidates, createSampler, kthLargest, logProbability, logitsFault } from './sampling.ts';

const logitsArb = fc
  .array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 2, maxLength: 400 })
  .map((values) => Float32Array.from(values));

/** Hugging Face's warpers with full sorts: the naive definition to compare with. */
function reference(logits: Float32Array, temperature: number, topK: number, topP: number): Map<number, number> {
  let scores = Array.from(logits, (value) => value / temperature);
  if (topK > 0 && topK < scores.length) {
    const kth = [...scores].sort((a, b) => b - a)[topK - 1] as number;
    scores = scores.map((value) => (value < kth ? -Infinity : value));
  }
  const highest = Math.max(...scores);
  const sum = scores.reduce((total, value) => total + Math.exp(value - highest), 0);
  const sorted = scores
    .map((value, id) => ({ id, p: Math.exp(value - highest) / sum }))
    .filter(({ p }) => p > 0)
    .sort((a, b) => b.p - a.p || a.id - b.id);
  let before = 0;
  const kept = sorted.filter(({ p }, rank) => {
    const keep = rank === 0 || before < topP || topP >= 1;
    before += p;
    return keep;
  });
  const mass = kept.reduce((total, { p }) => total + p, 0);
  return new Map(kept.map(({ id, p }) => [id, p / mass]));
}

describe('sampling', () => {
  it('keeps the same tokens and probabilities as the naive definition', () => {
    fc.assert(
      fc.property(
        logitsArb,
        fc.double({ min: 0.2, max: 2, noNaN: true }),
        fc.integer({ min: 0, max: 60 }),
        fc.constantFrom(0.3, 0.8, 0.95, 1),
        (logits, temperature, topK, topP) => {
          const expected = reference(logits, temperature, topK, topP);
          const got = candidates(logits, { temperature, topK, topP }).filter(({ p }) => p > 1e-12);
          // Rounding may move one token across the edge of the nucleus.
          expect(Math.abs(got.length - [...expected.values()].filter((p) => p > 1e-12).length)).toBeLessThanOrEqual(1);
          for (const { id, p } of got) if (expected.has(id)) expect(p).toBeCloseTo(expected.get(id) as number, 3);
          expect(got.reduce((sum, { p }) => sum + p, 0)).toBeCloseTo(1, 6);
        },
      ),
    );
  });

  it('finds the k-th largest as a sort does', () => {
    fc.assert(
      fc.property(logitsArb, fc.nat(), (logits, n) => {
        const k = 1 + (n % logits.length);
        // A sort keeps the order of 0 and -0, which are the same logit.
        expect(kthLargest(logits, k) === [...logits].sort((a, b) => b - a)[k - 1]).toBe(true);
      }),
    );
  });

  it('is greedy at temperature 0; ties go to the lowest id', () => {
    const sampler = createSampler({ temperature: 0, topK: 50, topP: 0.95, seed: 1 });
    expect(sampler(Float32Array.of(1, 5, 5, 2))).toBe(1);
    expect(argmax(Float32Array.of(-3, -1, -2))).toBe(1);
  });

  it('repeats a reply for a seed and differs between seeds', () => {
    const random = seededRandom(3);
    const rows = Array.from({ length: 40 }, () => Float32Array.from({ length: 300 }, () => random() * 8));
    const run = (seed: number) => {
      const sampler = createSampler({ temperature: 1, topK: 50, topP: 0.95, seed });
      return rows.map(sampler);
    };
    expect(run(7)).toEqual(run(7));
    expect(run(7)).not.toEqual(run(8));
  });

  it('draws with the probabilities of the filtered distribution', () => {
    const logits = Float32Array.from({ length: 1000 }, (_, i) => Math.log(1 + (i % 10)));
    const settings = { temperature: 0.7, topK: 500, topP: 0.9 };
    const expected = candidates(logits, settings);
    const sampler = createSampler({ ...settings, seed: 42 });
    const n = 20000;
    const counts = new Map<number, number>();
    for (let i = 0; i < n; i++) {
      const id = sampler(logits);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    const chi = expected.reduce((sum, { id, p }) => sum + ((counts.get(id) ?? 0) - n * p) ** 2 / (n * p), 0);
    const df = expected.length - 1;
    // Four standard deviations of a chi-square.
    expect(chi).toBeLessThan(df + 4 * Math.sqrt(2 * df));
    const drawn = [...counts.values()].reduce((a, b) => a + b, 0);
    expect(drawn).toBe(expected.reduce((sum, { id }) => sum + (counts.get(id) ?? 0), 0));
  });

  it('gives uniform numbers', () => {
    const random = seededRandom(123);
    const bins = new Array<number>(20).fill(0);
    for (let i = 0; i < 40000; i++) {
      const bin = Math.floor(random() * 20);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    const chi = bins.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    expect(chi).toBeLessThan(19 + 4 * Math.sqrt(38));
  });

  it.each([
    [{ temperature: -1 }, 'temperature'],
    [{ temperature: NaN }, 'temperature'],
    [{ topP: 0 }, 'top-p'],
    [{ topP: 1.1 }, 'top-p'],
    [{ topK: 1.5 }, 'top-k'],
    [{ seed: -1 }, 'seed'],
  ])('refuses %o and names the setting', (bad, field) => {
    const settings = { temperature: 1, topK: 0, topP: 1, seed: 0, ...bad };
    expect(() => createSampler(settings)).toThrow(
      expect.objectContaining({ detail: expect.objectContaining({ where: field }) }),
    );
  });

  it('has log-probabilities whose exponentials sum to 1', () => {
    fc.assert(
      fc.property(logitsArb, (logits) => {
        let sum = 0;
        for (let id = 0; id < logits.length; id++) sum += Math.exp(logProbability(logits, id));
        expect(sum).toBeCloseTo(1, 9);
      }),
    );
    expect(logProbability(Float32Array.of(0, Math.log(3)), 1)).toBeCloseTo(Math.log(0.75), 6);
  });

  it("tells broken logits from a model's", () => {
    expect(logitsFault(Float32Array.of(0, 0, 0))).toBe('constant');
    expect(logitsFault(Float32Array.of(1, NaN, 0))).toBe('not-finite');
    expect(logitsFault(Float32Array.of(1, Infinity, 0))).toBe('not-finite');
    expect(logitsFault(Float32Array.of(1, -Infinity, 0))).toBeNull();
  });
});
