import type { PairedTest } from './resampling.ts';

/** Describes a test's outcome in a sentence, for the line below a table. */
export function describeTest(names: { metric: string; a: string; b: string }, test: PairedTest, digits = 3): string {
  const { value, low, high } = test.difference;
  const evidence = (from: number, to: number): string =>
    `95 % interval ${fixed(from, digits)} to ${fixed(to, digits)}, ` +
    `p ${test.p < 0.001 ? '< 0.001' : `= ${test.p.toFixed(3)}`}`;
  if (test.p >= 0.05) {
    return (
      `${names.metric}: no difference between ${names.a} and ${names.b} is shown (${fixed(value, digits)}; ` +
      `${evidence(low, high)}).`
    );
  }
  // "Lower by" already reverses the sign.
  const [direction, range] = value > 0 ? ['higher', evidence(low, high)] : ['lower', evidence(-high, -low)];
  const difference = Math.abs(value).toFixed(digits);
  return `${names.metric}: ${names.a} is ${direction} than ${names.b} by ${difference} (${range}).`;
}

/** Fixed decimals, without a minus sign before zero. */
const fixed = (value: number, digits: number): string => value.toFixed(digits).replace(/^-(?=[0.]*$)/, '');
