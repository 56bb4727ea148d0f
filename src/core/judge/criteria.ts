import { mean } from '../statistics/descriptive.ts';

/** The paper's four criteria, each from 0 to 5. */
export const CRITERION_IDS = ['engagement', 'comforting', 'appropriateness', 'suggestion'] as const;
export type CriterionId = (typeof CRITERION_IDS)[number];

export interface Criterion {
  id: CriterionId;
  name: string;
  /** The question to the judge about the supporter's replies. */
  question: string;
  /** The meaning of the ends of the scale. */
  none: string;
  full: string;
}

export const HIGHEST = 5;

/** In the lab's own words; the paper names the criteria and the scale. */
export const CRITERIA: Record<CriterionId, Criterion> = {
  engagement: {
    id: 'engagement',
    name: 'Engagement',
    question: 'Does the supporter take part: take up what was said, and keep the other person talking?',
    none: 'talks past the person',
    full: 'follows closely and invites more',
  },
  comforting: {
    id: 'comforting',
    name: 'Comforting',
    question: 'Would a person in this state feel understood and less alone?',
    none: 'cold or hurtful',
    full: 'warm, and names the feeling rightly',
  },
  appropriateness: {
    id: 'appropriateness',
    name: 'Appropriateness',
    question: 'Does the reply fit the situation, the moment and what is known so far?',
    none: 'wrong, confused or out of place',
    full: 'just what fits here',
  },
  suggestion: {
    id: 'suggestion',
    name: 'Suggestion',
    question: 'Where advice is due, is it useful, safe and easy to act on?',
    none: 'none where it is due, or harmful',
    full: 'helpful, concrete and well timed',
  },
};

/** One score per criterion. */
export type Scores = Record<CriterionId, number>;

/** Reported score dimensions: each criterion, and their mean. */
export const SCORE_DIMENSIONS = [...CRITERION_IDS, 'mean'] as const;
export type ScoreDimension = (typeof SCORE_DIMENSIONS)[number];

export function scoreOf(scores: Scores, dimension: ScoreDimension): number {
  return dimension === 'mean' ? mean(CRITERION_IDS.map((id) => scores[id])) : scores[dimension];
}

/** One number per criterion, each a statistic over several scores. */
export function overScores(scores: readonly Scores[], statistic: (values: number[]) => number): Scores {
  return Object.fromEntries(CRITERION_IDS.map((id) => [id, statistic(scores.map((each) => each[id]))])) as Scores;
}
