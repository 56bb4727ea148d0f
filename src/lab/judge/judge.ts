/**
 * A judge and what it is compared with: the same functions for the page, notebooks and the command line.
 *
 * ```ts
 * const { scores } = await judge(model, replyPrompt({ context, candidate, reference }));
 * validateJudge(good, failed).separation;
 * ```
 */
export { auc, cohenKappa, spearman } from '../../core/statistics/agreement.ts';
export { positionBias, verbosityBias, type PositionBias } from '../../core/judge/bias.ts';
export { CRITERIA, CRITERION_IDS, type Criterion, type CriterionId, type Scores } from '../../core/judge/criteria.ts';
export {
  compareReplies,
  judge,
  weightedScores,
  type Judgement,
  type JudgeOptions,
  type Preference,
} from '../../core/judge/judge.ts';
export { conversationPrompt, replyPrompt, type JudgedReply, type ScoringPrompt } from '../../core/judge/prompt.ts';
export { validateJudge, type JudgedDialogue, type Validation } from '../../core/judge/validate.ts';
