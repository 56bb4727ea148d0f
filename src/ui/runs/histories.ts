import type { HistoryInput } from '../../core/compression/history/spec.ts';

/** Compressions of the history that the form offers; a plan in a file may name any other. */
export const OFFERED_HISTORIES: readonly HistoryInput[] = [
  { method: 'last', k: 4 },
  { method: 'first-last', first: 2, last: 4 },
  { method: 'budget', tokens: 256 },
  { method: 'summary' },
  { method: 'selective' },
];
