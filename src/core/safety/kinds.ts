/** The kinds of danger that a message may signal. */
export const CRISIS_KINDS = ['suicide', 'self-harm', 'overdose', 'harm-to-others', 'abuse'] as const;
export type CrisisKind = (typeof CRISIS_KINDS)[number];

/**
 * `danger`: the writer mentions a wish, plan or act of their own, or violence against them. `concern`: the subject
 * comes up as history, about another person, or denied. Both show the banner.
 */
export const CRISIS_LEVELS = ['none', 'concern', 'danger'] as const;
export type CrisisLevel = (typeof CRISIS_LEVELS)[number];

export interface CrisisSignal {
  level: CrisisLevel;
  kinds: CrisisKind[];
}

/** The more serious of two levels. */
export const higherLevel = (a: CrisisLevel, b: CrisisLevel): CrisisLevel =>
  CRISIS_LEVELS.indexOf(a) >= CRISIS_LEVELS.indexOf(b) ? a : b;

/** The more serious level of two signals, with the kinds of both. */
export const strongerSignal = (a: CrisisSignal, b: CrisisSignal): CrisisSignal => ({
  level: higherLevel(a.level, b.level),
  kinds: CRISIS_KINDS.filter((kind) => a.kinds.includes(kind) || b.kinds.includes(kind)),
});
