import type { Dialogue } from '../dataset/dialogue.ts';
import type { LoadedModel } from '../engine/engine.ts';
import { seededRandom } from '../engine/random.ts';
import { throwIfCancelled } from '../error.ts';
import { Pace, type RunProgress } from '../response/pace.ts';
import { pooled } from '../response/pooled.ts';
import { judge, type Judgement } from './judge.ts';
import { conversationPrompt, newestLines } from './prompt.ts';
import { validateJudge, type Validation } from './validate.ts';

/** A whole dialogue to be judged: one of those that went well enough to be kept, or one that failed. */
export interface CheckDialogue {
  group: 'good' | 'failed';
  dialogue: Dialogue;
}

export interface JudgedCheckDialogue extends CheckDialogue {
  judgement: Judgement;
}

export type CheckEvent = { type: 'loading'; progress: RunProgress } | { type: 'judged'; judged: JudgedCheckDialogue; progress: RunProgress };

export const checkKey = ({ group, dialogue }: CheckDialogue): string => `${group} ${dialogue.id}`;

/** At most `count` of the dialogues in an order drawn by the seed. */
export function drawDialogues(dialogues: readonly Dialogue[], count: number, seed = 1): Dialogue[] {
  const random = seededRandom(seed);
  return dialogues.map((dialogue) => ({ dialogue, place: random() })).sort((a, b) => a.place - b.place).slice(0, count).map(({ dialogue }) => dialogue);
}

/** Good and failed dialogues in turn, so that a check that is stopped early has some of both. */
export function inTurn(good: readonly Dialogue[], failed: readonly Dialogue[]): CheckDialogue[] {
  return Array.from({ length: Math.max(good.length, failed.length) }, (_, i): CheckDialogue[] => [
    ...(good[i] ? [{ group: 'good' as const, dialogue: good[i] }] : []),
    ...(failed[i] ? [{ group: 'failed' as const, dialogue: failed[i] }] : []),
  ]).flat();
}

export interface CheckParts {
  items: readonly CheckDialogue[];
  /** Those judged before, by `checkKey`. */
  done: ReadonlySet<string>;
  rounds: number;
  openModel: (signal?: AbortSignal) => Promise<LoadedModel>;
  /** Dialogues in flight at a time, where the judge answers elsewhere. Default 1. */
  concurrency?: number;
  signal?: AbortSignal;
}

/** Judges whole dialogues and yields each as it is done. @throws LabError `cancelled`, and what loading and answering throw */
export async function* judgeDialogues({ items, done, rounds, openModel, concurrency = 1, signal }: CheckParts): AsyncGenerator<CheckEvent> {
  const open = items.filter((item) => !done.has(checkKey(item)));
  if (open.length === 0) return;
  const pace = new Pace(items.length, open.length);
  throwIfCancelled(signal);
  yield { type: 'loading', progress: pace.progress };
  const model = await openModel(signal);
  try {
    pace.start();
    const limit = model.info.device === 'remote' ? Math.max(1, concurrency) : 1;
    const work = async (item: CheckDialogue, stop: AbortSignal): Promise<JudgedCheckDialogue> => {
      const prompt = conversationPrompt(newestLines(item.dialogue.utterances, model.info.contextWindow));
      return { ...item, judgement: await judge(model, prompt, { repeats: rounds, signal: stop }) };
    };
    for await (const judged of pooled(open, limit, work, signal)) yield { type: 'judged', judged, progress: pace.count() };
  } finally {
    await model.unload();
  }
}

/** A check as far as it went, criterion by criterion. */
export function validationOf(judged: readonly JudgedCheckDialogue[]): Validation {
  const of = (wanted: CheckDialogue['group']) => judged.flatMap(({ group, dialogue, judgement: { scores } }) => (group === wanted ? [{ dialogue, scores }] : []));
  return validateJudge(of('good'), of('failed'));
}
