import type { Dialogue } from '../dataset/dialogue.ts';
import type { LoadedModel } from '../engine/engine.ts';
import { shuffleByKeys } from '../random/random.ts';
import { seededRandom } from '../random/xoshiro128.ts';
import { concernsOneItem } from '../error.ts';
import type { RunProgress } from '../evaluation/progress-estimator.ts';
import { judge, noJudgement, weightedScores, type Judgement } from './judge.ts';
import { judgeItems, type JudgeAccess } from './judge-items.ts';
import { newestLines } from './prompt.ts';
import { PROMPTS, type PromptId } from './prompts.ts';
import { validateJudge, type Validation } from './validate.ts';

/** A whole dialogue to judge: a good one, or a failed one. */
export interface CheckDialogue {
  group: 'good' | 'failed';
  dialogue: Dialogue;
}

export interface JudgedCheckDialogue extends CheckDialogue {
  judgement: Judgement;
  /** Why the dialogue could not be judged, if it could not. */
  error?: string;
}

export type CheckEvent =
  { type: 'loading'; progress: RunProgress } | { type: 'judged'; judged: JudgedCheckDialogue; progress: RunProgress };

export const checkKey = ({
  group,
  dialogue,
}: {
  group: CheckDialogue['group'];
  dialogue: Pick<Dialogue, 'id'>;
}): string => `${group} ${dialogue.id}`;

/** At most `count` of the dialogues in a seeded random order. */
export function drawDialogues(dialogues: readonly Dialogue[], count: number, seed = 1): Dialogue[] {
  return shuffleByKeys(dialogues, seededRandom(seed)).slice(0, count);
}

/** Alternates good and failed dialogues, so that a check that is stopped early has some of both. */
export function alternated(good: readonly Dialogue[], failed: readonly Dialogue[]): CheckDialogue[] {
  return Array.from({ length: Math.max(good.length, failed.length) }, (_, i): CheckDialogue[] => [
    ...(good[i] ? [{ group: 'good' as const, dialogue: good[i] }] : []),
    ...(failed[i] ? [{ group: 'failed' as const, dialogue: failed[i] }] : []),
  ]).flat();
}

export interface CheckDependencies extends JudgeAccess {
  items: readonly CheckDialogue[];
  /** Dialogues judged before, by `checkKey`. */
  done: ReadonlySet<string>;
  rounds: number;
  /** The prompt; by default the lab's own. */
  wording?: PromptId | undefined;
  /** Weight scores by the model's probabilities instead of reading them from its answer; see `weightedScores`. */
  weighted?: boolean;
}

/**
 * Judges whole dialogues and yields each when it is finished.
 * @throws {LabError} `cancelled`, and what loading and answering throw.
 */
export async function* judgeDialogues({
  items,
  done,
  rounds,
  wording = 'lab',
  weighted = false,
  ...access
}: CheckDependencies): AsyncGenerator<CheckEvent> {
  const open = items.filter((item) => !done.has(checkKey(item)));
  const work = async (model: LoadedModel, item: CheckDialogue, signal: AbortSignal): Promise<JudgedCheckDialogue> => {
    const prompt = PROMPTS[wording].conversation(newestLines(item.dialogue.utterances, model.info.contextWindow));
    try {
      if (weighted)
        return { ...item, judgement: { ...noJudgement(), scores: await weightedScores(model, prompt, signal) } };
      return { ...item, judgement: await judge(model, prompt, { wording, repeats: rounds, signal }) };
    } catch (error) {
      if (!concernsOneItem(error)) throw error;
      return { ...item, judgement: noJudgement(), error: error.message };
    }
  };
  for await (const event of judgeItems(open, items.length, work, access)) {
    yield event.type === 'loading' ? event : { type: 'judged', judged: event.result, progress: event.progress };
  }
}

/** The results of a check so far, by criterion. */
export function validationOf(judged: readonly JudgedCheckDialogue[]): Validation {
  const of = (wanted: CheckDialogue['group']) =>
    judged.flatMap(({ group, dialogue, judgement: { scores } }) => (group === wanted ? [{ dialogue, scores }] : []));
  return validateJudge(of('good'), of('failed'));
}
