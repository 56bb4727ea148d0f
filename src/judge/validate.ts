import type { Dialogue } from '../dataset/dialogue.ts';
import { auc, spearman } from './agreement.ts';
import { FACE_IDS, faceOf, type FaceId, type Scores } from './criteria.ts';

/** A dialogue with the scores that a judge gave it; null where it gave none. */
export interface JudgedDialogue {
  dialogue: Dialogue;
  scores: Scores | null;
}

/** How a judge agrees with people, criterion by criterion and on their mean. */
export interface Validation {
  /** Spearman's correlation with each answer of the seekers' questionnaire, and on how many dialogues it rests. */
  survey: { question: string; criterion: FaceId; rho: number; n: number }[];
  /** How well scores separate ESConv from FailedESConv: the area under the ROC curve. */
  separation: { criterion: FaceId; auc: number; good: number; failed: number }[];
}

/** Compares a judge's scores of whole dialogues with what their seekers said, and those of failed dialogues with the rest. */
export function validateJudge(good: readonly JudgedDialogue[], failed: readonly JudgedDialogue[]): Validation {
  const scored = good.flatMap(({ dialogue, scores }) => (scores ? [{ dialogue, scores }] : []));
  const bad = failed.flatMap(({ scores }) => (scores ? [scores] : []));
  const questions = [...new Set(scored.flatMap(({ dialogue }) => Object.keys(dialogue.survey?.seeker ?? {})))].sort();
  return {
    survey: questions.flatMap((question) => {
      const asked = scored.flatMap(({ dialogue, scores }) => {
        const rating = dialogue.survey?.seeker[question];
        return rating === undefined || !Number.isFinite(rating) ? [] : [{ rating, scores }];
      });
      return FACE_IDS.map((criterion) => ({
        question,
        criterion,
        rho: spearman(asked.map(({ scores }) => faceOf(scores, criterion)), asked.map(({ rating }) => rating)),
        n: asked.length,
      }));
    }),
    separation: FACE_IDS.map((criterion) => ({
      criterion,
      auc: auc(scored.map(({ scores }) => faceOf(scores, criterion)), bad.map((scores) => faceOf(scores, criterion))),
      good: scored.length,
      failed: bad.length,
    })),
  };
}
