import type { HistoryInput } from '../../core/compression/history/spec.ts';

/** Ways to shorten a whole conversation that a run offers to compare; a plan in a file may name any other. */
export const OFFERED_HISTORIES: readonly HistoryInput[] = [
  { method: 'last', k: 4 },
  { method: 'first-last', first: 2, last: 4 },
  { method: 'budget', tokens: 256 },
  { method: 'summary' },
  { method: 'selective' },
];
