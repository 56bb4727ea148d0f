import { describe, expect, it } from 'vitest';
import { preferenceBias, strategyAccuracy, strategyPreferences, type StrategyPair } from './strategies.ts';

const NAMES = ['a', 'b', 'c'];
const times = (count: number, hyp: string, ref: string): StrategyPair[] =>
  Array.from({ length: count }, () => ({ hyp, ref }));

describe('strategy metrics', () => {
  it('count correct strategies', () => {
    expect(strategyAccuracy([...times(3, 'a', 'a'), ...times(1, 'a', 'b')])).toBe(0.75);
    expect(strategyAccuracy([])).toBeNaN();
  });

  it('find no preference where every confusion has its counterpart', () => {
    const even = [...times(5, 'a', 'b'), ...times(5, 'b', 'a'), ...times(9, 'c', 'c')];
    expect(preferenceBias(even, NAMES)).toBeCloseTo(0, 8);
    expect(preferenceBias([], NAMES)).toBeCloseTo(0, 8);
  });

  it('find the strategy that replaces the others, by the strengths of the Bradley-Terry model', () => {
    const pairs = [...times(40, 'a', 'b'), ...times(40, 'a', 'c'), ...times(10, 'b', 'a'), ...times(10, 'c', 'a')];
    const strengths = strategyPreferences(pairs, NAMES);
    const [a = 0, b = 0, c = 0] = NAMES.map((name) => strengths.get(name));
    // 40.5 victories to 10.5 between two strategies determine the ratio of their strengths.
    expect(a / b).toBeCloseTo(40.5 / 10.5, 6);
    expect(b).toBeCloseTo(c, 8);
    expect(a + b + c).toBeCloseTo(3, 10);
    expect(preferenceBias(pairs, NAMES)).toBeCloseTo(Math.sqrt(((a - 1) ** 2 + 2 * (b - 1) ** 2) / 3), 10);
    expect(preferenceBias(pairs, NAMES)).toBeCloseTo(0.6899, 3);
  });

  it('leave out strategies that are not among those asked for', () => {
    expect(preferenceBias(times(9, 'x', 'a'), NAMES)).toBeCloseTo(0, 8);
  });
});
