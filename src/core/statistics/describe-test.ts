import { normalQuantile } from './normal.ts';
import type { Interval } from './resampling.ts';

/** A tested difference of two systems, and how many tests are read together with it. */
export interface TestedDifference {
  /** Limits are NaN or null if there are none. */
  difference: { value: number; low: number | null; high: number | null };
  /** Two-sided p-value, corrected for all tests that are read together. */
  p: number;
  /** How many tests those are; default 1. */
  tests?: number;
  /** The smallest p-value that the test could give, with the same correction; absent if there is none. */
  least?: number;
}

/**
 * What a test shows. `alone`: the interval excludes zero, but among all tests that may be chance. The interval decides,
 * so a sentence made from this cannot contradict it.
 */
export const FINDINGS = ['higher', 'lower', 'alone', 'none'] as const;
export type Finding = (typeof FINDINGS)[number];

const LEVEL = 0.05;

/** What a test shows about A compared with B; without an interval the test alone decides. */
export function findingOf({ difference: { value, low, high }, p }: TestedDifference): Finding {
  const rejected = p < LEVEL;
  if (low === null || high === null || Number.isNaN(low + high))
    return !rejected ? 'none' : value > 0 ? 'higher' : 'lower';
  if (!(low > 0 || high < 0)) return 'none';
  if (!rejected) return 'alone';
  return low > 0 ? 'higher' : 'lower';
}

/** The smallest difference that 80 % of such samples would show at 5 %, from an interval of the difference. */
export const detectable = ({ low, high }: Pick<Interval, 'low' | 'high'>): number =>
  ((high - low) / (2 * normalQuantile(1 - LEVEL / 2))) * (normalQuantile(1 - LEVEL / 2) + normalQuantile(0.8));

/** Describes a test's outcome in a sentence, for the line below a table. */
export function describeTest(
  names: { metric: string; a: string; b: string },
  test: TestedDifference,
  digits = 3,
): string {
  const { value, low, high } = test.difference;
  const finding = findingOf(test);
  const limits = low === null || high === null || Number.isNaN(low + high) ? null : ([low, high] as const);
  if (finding === 'none') {
    const evidence = [fixed(value, digits), ...(limits ? [interval(limits, digits)] : [])].join('; ');
    return (
      `${names.metric}: no difference between ${names.a} and ${names.b} is shown (${evidence}, ${pText(test)}).` +
      (limits && limits[0] < limits[1] ? powerText(limits, digits) : '')
    );
  }
  const { tests = 1 } = test;
  const doubt = tests > 1 ? `among ${tests} tests that may be chance` : 'the permutation test does not confirm it';
  const caution = finding === 'alone' ? ` Taken alone its interval excludes zero, but ${doubt}.` : '';
  const higher = limits ? limits[0] > 0 : value > 0;
  // "Lower by" already reverses the sign.
  const range = limits && (higher ? limits : ([-limits[1], -limits[0]] as const));
  const evidence = [...(range ? [interval(range, digits)] : []), pText(test)].join(', ');
  return (
    `${names.metric}: ${names.a} is ${higher ? 'higher' : 'lower'} than ${names.b} by ` +
    `${Math.abs(value).toFixed(digits)} (${evidence}).${caution}`
  );
}

const powerText = ([low, high]: readonly [number, number], digits: number): string =>
  ` One test at 5 % would find a difference of ${detectable({ low, high }).toFixed(digits)} with a power of 80 %.`;

/** Limits beyond zero get as many more decimals as they need so as not to look like zero. */
function interval([low, high]: readonly [number, number], digits: number): string {
  const beyond = low > 0 || high < 0;
  const needed = Math.ceil(-Math.log10(Math.min(Math.abs(low), Math.abs(high))));
  const shown = (value: number) =>
    fixed(value, beyond && Number(value.toFixed(digits)) === 0 ? Math.min(needed, 100) : digits);
  return `95 % interval ${shown(low)} to ${shown(high)}`;
}

function pText({ p, tests = 1, least = 0 }: TestedDifference): string {
  const shown = p <= least * 1.000001 ? `≤ ${least.toPrecision(2)}` : p < 0.001 ? '< 0.001' : `= ${p.toFixed(3)}`;
  return `p ${shown}${tests > 1 ? ` after correction for ${tests} tests` : ''}`;
}

/** Fixed decimals, without a minus sign before zero. */
const fixed = (value: number, digits: number): string => value.toFixed(digits).replace(/^-(?=[0.]*$)/, '');
