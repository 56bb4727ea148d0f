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

/** What a sentence about a test says, as formatted parts. */
export interface TestParts {
  finding: Finding;
  /** Whether A is higher. */
  higher: boolean;
  /** The difference, and without its sign. */
  value: string;
  by: string;
  /** Limits of the 95 % interval, of `by` if there is a finding; null without an interval. */
  limits: [low: string, high: string] | null;
  /** With its sign of comparison, e.g. `= 0.012`. */
  p: string;
  tests: number;
  /** The smallest difference that one test would find with a power of 80 %; null unless there is no finding. */
  power: string | null;
}

type Format = (value: number, digits: number) => string;

/** The parts of a sentence about a test; `format` writes numbers. */
export function testParts(
  test: TestedDifference,
  digits = 3,
  format: Format = (value, decimals) => value.toFixed(decimals),
): TestParts {
  const { value, low, high } = test.difference;
  const { tests = 1 } = test;
  const finding = findingOf(test);
  const none = finding === 'none';
  const limits = low === null || high === null || Number.isNaN(low + high) ? null : ([low, high] as const);
  const higher = limits && !none ? limits[0] > 0 : value > 0;
  // "Lower by" already reverses the sign.
  const range = limits && (none || higher ? limits : ([-limits[1], -limits[0]] as const));
  return {
    finding,
    higher,
    value: fixed(value, digits, format),
    by: format(Math.abs(value), digits),
    limits: range && limitsOf(range, digits, format),
    p: pText(test, format),
    tests,
    power:
      none && limits && limits[0] < limits[1] ? format(detectable({ low: limits[0], high: limits[1] }), digits) : null,
  };
}

/** Describes a test's outcome in a sentence, for the line below a table. */
export function describeTest(
  names: { metric: string; a: string; b: string },
  test: TestedDifference,
  digits = 3,
): string {
  const { finding, higher, value, by, limits, p, tests, power } = testParts(test, digits);
  const interval = limits ? [`95 % interval ${limits[0]} to ${limits[1]}`] : [];
  const corrected = `p ${p}${tests > 1 ? ` after correction for ${tests} tests` : ''}`;
  if (finding === 'none') {
    const evidence = [value, ...interval].join('; ');
    return (
      `${names.metric}: no difference between ${names.a} and ${names.b} is shown (${evidence}, ${corrected}).` +
      (power === null ? '' : ` One test at 5 % would find a difference of ${power} with a power of 80 %.`)
    );
  }
  const doubt = tests > 1 ? `among ${tests} tests that may be chance` : 'the permutation test does not confirm it';
  const caution = finding === 'alone' ? ` Taken alone its interval excludes zero, but ${doubt}.` : '';
  return (
    `${names.metric}: ${names.a} is ${higher ? 'higher' : 'lower'} than ${names.b} by ${by} ` +
    `(${[...interval, corrected].join(', ')}).${caution}`
  );
}

/** Limits beyond zero get as many more decimals as they need so as not to look like zero. */
function limitsOf([low, high]: readonly [number, number], digits: number, format: Format): [string, string] {
  const beyond = low > 0 || high < 0;
  const needed = Math.ceil(-Math.log10(Math.min(Math.abs(low), Math.abs(high))));
  const shown = (value: number) =>
    fixed(value, beyond && Number(value.toFixed(digits)) === 0 ? Math.min(needed, 100) : digits, format);
  return [shown(low), shown(high)];
}

function pText({ p, least = 0 }: TestedDifference, format: Format): string {
  if (p <= least * 1.000001) return `≤ ${format(least, significant(least))}`;
  return p < 0.001 ? `< ${format(0.001, 3)}` : `= ${format(p, 3)}`;
}

/** Decimals for two significant figures. */
const significant = (value: number): number => Math.max(0, 1 - Math.floor(Math.log10(Number(value.toPrecision(2)))));

/** Fixed decimals, without a minus sign before zero. */
const fixed = (value: number, digits: number, format: Format): string =>
  format(Number(value.toFixed(digits)) === 0 ? 0 : value, digits);
