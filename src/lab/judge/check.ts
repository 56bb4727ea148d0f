import { LabError } from '../../core/error.ts';
import {
  drawDialogues,
  alternated,
  judgeDialogues,
  checkKey,
  type CheckEvent,
  type JudgedCheckDialogue,
} from '../../core/judge/judge-dialogues.ts';
import type { PromptId } from '../../core/judge/prompts.ts';
import { getDataset } from '../datasets.ts';
import { borrowModel } from '../models/resident-models.ts';
import { REMOTE_CONCURRENCY, type WorkCalls } from '../runs/stored-runs.ts';

export { FEWEST_DIALOGUES, describeValidation } from '../../core/judge/validation-text.ts';
export type { CheckEvent, JudgedCheckDialogue };

/** Validation of a judge against people. */
export interface JudgeCheck {
  /** Id of a listed model. */
  judge: string;
  /**
   * Ids of datasets: conversations that went well, with their seekers' survey where there is one, and failed
   * conversations.
   */
  good: string;
  failed: string | null;
  /** Dialogues drawn from each. */
  dialogues: number;
  rounds: number;
  wording: PromptId;
}

/**
 * Has a model judge whole dialogues of one or two datasets; `done` are those that this check has already judged.
 * @throws {LabError} `bad-data` when there is nothing to judge, `cancelled` on `signal`, and what loading and answering
 * throw.
 */
export async function checkJudge(
  { judge, good, failed, dialogues, rounds, wording }: JudgeCheck,
  { done = [], signal, onEvent, onWait }: WorkCalls<CheckEvent> & { done?: readonly JudgedCheckDialogue[] } = {},
): Promise<void> {
  const drawn = async (id: string | null) =>
    id === null ? [] : drawDialogues((await getDataset(id)).dialogues, dialogues);
  const items = alternated(await drawn(good), await drawn(failed));
  if (items.length === 0)
    throw new LabError({
      code: 'bad-data',
      where: good,
      what: 'It has no dialogues.',
      todo: 'Choose another dataset.',
    });
  const events = judgeDialogues({
    items,
    done: new Set(done.map(checkKey)),
    rounds,
    wording,
    concurrency: REMOTE_CONCURRENCY,
    openModel: (stop) => borrowModel(judge, stop),
    ...(signal && { signal }),
    ...(onWait && { onWait }),
  });
  for await (const event of events) onEvent?.(event);
}
