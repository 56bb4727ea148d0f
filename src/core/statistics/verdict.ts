import { normalQuantile } from './normal.ts';

/** What a comparison says about a statement: for it, against it, or nothing. */
export const EVIDENCE = ['for', 'against', 'nothing'] as const;
export type Says = (typeof EVIDENCE)[number];

/** One statement of a claim. `every`: all its comparisons must agree with it; `some`: one is enough. */
export interface Statement {
  holds: 'every' | 'some';
  /** What the values say that the claim's own source prints. */
  printed: readonly Says[];
  /** What measurements of this lab say that are of what the statement is about. */
  measured: readonly Says[];
}

export const VERDICTS = ['supported', 'refuted', 'open'] as const;
export type Verdict = (typeof VERDICTS)[number];

/**
 * The verdict on a claim of one or more statements, the same rule for every claim.
 *
 * A statement about every comparison is refuted by one that is against it, printed or measured. A statement about some
 * comparison is refuted only if all are against it. Only measurements support: printed values are what the claim was
 * read from. A claim is refuted if one of its statements is, supported if all are, and otherwise open.
 */
export function verdictOn(statements: readonly Statement[]): Verdict {
  const each = statements.map(verdictOnOne);
  if (each.includes('refuted')) return 'refuted';
  return each.length > 0 && each.every((verdict) => verdict === 'supported') ? 'supported' : 'open';
}

function verdictOnOne({ holds, printed, measured }: Statement): Verdict {
  const all = [...printed, ...measured];
  if (holds === 'every') {
    if (all.includes('against')) return 'refuted';
    return measured.length > 0 && measured.every((says) => says === 'for') ? 'supported' : 'open';
  }
  if (measured.includes('for')) return 'supported';
  return all.length > 0 && all.every((says) => says === 'against') ? 'refuted' : 'open';
}

/**
 * The largest difference of two means that chance can give at 5 % after correction for `tests` tests, whatever the
 * spread: both are of `n` independent values between 0 and `range`. A difference above it is significant although no
 * test was made.
 */
export const chanceAtMost = ({ n, range, tests = 1 }: { n: number; range: number; tests?: number }): number =>
  normalQuantile(1 - 0.05 / tests / 2) * Math.sqrt(2 / n) * (range / 2);
