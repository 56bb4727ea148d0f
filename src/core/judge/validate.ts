import type { Dialogue } from '../dataset/dialogue.ts';
import { bootstrapInterval, hasLimits } from '../statistics/resampling.ts';
import { auc, spearman } from '../statistics/agreement.ts';
import { SCORE_DIMENSIONS, scoreOf, type ScoreDimension, type Scores } from './criteria.ts';

/** A dialogue with a judge's scores; null if there are none. */
export interface JudgedDialogue {
  dialogue: Dialogue;
  scores: Scores | null;
}

/**
 * A 95 % bootstrap interval over dialogues; limits are NaN for fewer than `FEWEST_FOR_INTERVAL` and if resamples never
 * differ.
 */
interface Limits {
  low: number;
  high: number;
}

/** How well a judge agrees with people, by criterion and on their mean. */
export interface Validation {
  /** Spearman's correlation with each outcome of the seekers' questionnaire, and its number of dialogues. */
  survey: ({ question: string; criterion: ScoreDimension; rho: number; n: number } & Limits)[];
  /** How well scores separate ESConv from FailedESConv: the area under the ROC curve. */
  separation: ({ criterion: ScoreDimension; auc: number; good: number; failed: number } & Limits)[];
}

const FEWEST_FOR_INTERVAL = 5;
const INITIAL = 'initial_emotion_intensity';
const FINAL = 'final_emotion_intensity';

/**
 * A conversation's success by the seeker's questionnaire, oriented so that more is better. In ESConv a lower intensity
 * at the end is success, and the intensity at the beginning says nothing about the supporter.
 */
function outcomesOf(answers: Readonly<Record<string, number>>): Record<string, number> {
  const { [INITIAL]: initial, [FINAL]: final, ...others } = answers;
  if (final === undefined) return others;
  return initial === undefined
    ? { ...others, low_final_emotion_intensity: -final }
    : { ...others, fall_in_emotion_intensity: initial - final };
}

/**
 * Compares a judge's scores of whole dialogues with their seekers' questionnaires, and failed dialogues with the rest.
 */
export function validateJudge(good: readonly JudgedDialogue[], failed: readonly JudgedDialogue[]): Validation {
  const scored = inOrder(good).flatMap(({ dialogue, scores }) => (scores ? [{ dialogue, scores }] : []));
  const bad = inOrder(failed).flatMap(({ scores }) => (scores ? [scores] : []));
  const outcomes = new Map(scored.map(({ dialogue }) => [dialogue, outcomesOf(dialogue.survey?.seeker ?? {})]));
  const questions = [...new Set([...outcomes.values()].flatMap((each) => Object.keys(each)))].sort();
  return {
    survey: questions.flatMap((question) => {
      const asked = scored.flatMap(({ dialogue, scores }) => {
        const rating = outcomes.get(dialogue)?.[question];
        return rating === undefined || !Number.isFinite(rating) ? [] : [{ rating, scores }];
      });
      return SCORE_DIMENSIONS.map((criterion) => {
        const pairs = asked.map(({ scores, rating }) => [scoreOf(scores, criterion), rating] as const);
        const { value, ...limits } = limited(pairs, (drawn) =>
          spearman(
            drawn.map(([score]) => score),
            drawn.map(([, rating]) => rating),
          ),
        );
        return { question, criterion, rho: value, n: pairs.length, ...limits };
      });
    }),
    separation: SCORE_DIMENSIONS.map((criterion) => {
      const items = [
        ...scored.map(({ scores }) => ({ good: true, score: scoreOf(scores, criterion) })),
        ...bad.map((scores) => ({ good: false, score: scoreOf(scores, criterion) })),
      ];
      const of = (drawn: typeof items, good: boolean) =>
        drawn.filter((item) => item.good === good).map(({ score }) => score);
      const { value, ...limits } = limited(items, (drawn) => auc(of(drawn, true), of(drawn, false)));
      return { criterion, auc: value, good: scored.length, failed: bad.length, ...limits };
    }),
  };
}

/** Resampling draws by position, so the order in which dialogues were judged must not matter. */
const inOrder = (judged: readonly JudgedDialogue[]) =>
  [...judged].sort((a, b) => (a.dialogue.id < b.dialogue.id ? -1 : 1));

function limited<Item>(items: Item[], statistic: (items: Item[]) => number): { value: number } & Limits {
  const { value, low, high } =
    items.length < FEWEST_FOR_INTERVAL
      ? undefinedAround(statistic(items))
      : bootstrapInterval((drawn) => statistic([...drawn]), items);
  // Constant resamples define no limits: a constant judge is not known exactly.
  return hasLimits({ low, high }) ? { value, low, high } : undefinedAround(value);
}

const undefinedAround = (value: number) => ({ value, low: Number.NaN, high: Number.NaN });
