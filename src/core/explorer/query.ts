/** What a judge made of a reply; `none` if it has not judged it. */
export const JUDGED_STATES = ['scored', 'refused', 'unreadable', 'failed', 'none'] as const;
export type JudgedState = (typeof JUDGED_STATES)[number];

/** The values of a measure that match, both ends included; null leaves an end open. */
export interface MeasureRange {
  measure: string;
  low: number | null;
  high: number | null;
}

/** Selects and orders the replies of a run. Empty lists and nulls allow all. */
export interface TurnQuery {
  /**
   * Every word must occur in the reply, the original reply or the names of the turn, ignoring case and diacritics;
   * words in quotation marks must occur together.
   */
  words: string;
  models: readonly string[];
  conditions: readonly string[];
  scene: string | null;
  /** The original reply must use it. */
  strategy: string | null;
  ranges: readonly MeasureRange[];
  /** Only turns to which one model replied differently under different conditions. */
  differ: boolean;
  /** Only turns that failed. */
  failed: boolean;
  /** The judge whose scores count; null for the latest. */
  judge: string | null;
  judged: JudgedState | null;
  /** A measure, `scene`, `strategy`, or `difference` between two runs; null for the order of the plan. */
  sort: { by: string; descending: boolean } | null;
}

/** The query that matches every reply. */
export const EVERY_TURN: TurnQuery = {
  words: '',
  models: [],
  conditions: [],
  scene: null,
  strategy: null,
  ranges: [],
  differ: false,
  failed: false,
  judge: null,
  judged: null,
  sort: null,
};
