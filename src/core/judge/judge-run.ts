import type { LoadedModel } from '../engine/engine.ts';
import { concernsOneItem, LabError, type LabErrorDetail } from '../error.ts';
import type { RunProgress } from '../evaluation/progress-estimator.ts';
import type { EvaluationPlan } from '../evaluation/plan.ts';
import { turnKey, type ResultRecord } from '../evaluation/record.ts';
import type { SupporterTurn } from '../evaluation/turns.ts';
import { groupBy } from '../group.ts';
import { judge, type JudgeOptions } from './judge.ts';
import { judgeItems, type JudgeAccess } from './judge-items.ts';
import { dialoguesOf, type RunDialogue } from './rolled-dialogues.ts';
import { newestLines, type Line, type ScoringPrompt } from './prompt.ts';
import { PROMPTS } from './prompts.ts';
import type { Asking } from './request.ts';
import { verdictKey, type RunJudge, type RunVerdict } from './run-verdict.ts';

type Place = Pick<RunVerdict, 'model' | 'representation' | 'dialogue' | 'turn'>;

/** A reply of a run with the context and reference that a judge reads. */
export interface RunReply {
  place: Place;
  context: readonly Line[];
  candidate: string;
  reference: string;
}

/** What a judge of a run judges at once. */
export type Judged = RunReply | RunDialogue;

/** What is judged, in one round. */
export interface JudgedItem {
  judged: Judged;
  round: number;
}

/** A judge of a run as it is asked. */
export type JudgeInUse = Asking & Pick<RunJudge, 'id'>;

export type JudgingEvent =
  { type: 'loading'; progress: RunProgress } | { type: 'verdict'; verdict: RunVerdict; progress: RunProgress };

export interface JudgingDependencies extends JudgeAccess {
  judge: JudgeInUse & Pick<RunJudge, 'rounds'>;
  judged: readonly Judged[];
  /** Keys of the existing verdicts; see `verdictKey`. */
  done: ReadonlySet<string>;
}

/** What there is to judge of a run: its replies, or the finished dialogues of a roll-out. */
export const judgedOf = (
  { mode }: Pick<EvaluationPlan, 'mode'>,
  turns: readonly SupporterTurn[],
  records: readonly ResultRecord[],
): Judged[] => (mode === 'roll-out' ? dialoguesOf(turns, records) : repliesOf(turns, records));

/** The error for a run without anything to judge: `bad-data`. */
export const nothingToJudge = (
  { mode }: Pick<EvaluationPlan, 'mode'>,
  about: Pick<LabErrorDetail, 'where' | 'todo'>,
): LabError =>
  new LabError({
    code: 'bad-data',
    ...about,
    what: `It has no ${mode === 'roll-out' ? 'finished dialogue' : 'replies'} to judge yet.`,
  });

/** The replies of a run turn by turn, so that a judge that is stopped early has judged all models on the same turns. */
export function repliesOf(turns: readonly SupporterTurn[], records: readonly ResultRecord[]): RunReply[] {
  const byTurn = groupBy(records, turnKey);
  return turns.flatMap((turn) =>
    (byTurn.get(turnKey(turn)) ?? []).flatMap(({ model, representation, dialogue, turn: index, hypothesis }) =>
      hypothesis === null
        ? []
        : [
            {
              place: { model, representation, dialogue, turn: index },
              context: turn.before,
              candidate: hypothesis,
              reference: turn.reference,
            },
          ],
    ),
  );
}

/**
 * Judges the replies or dialogues of a run, round by round, and yields each verdict; the caller stores it before it
 * asks for the next. Running it again with the keys of the stored verdicts resumes it. What the judge's engine refuses
 * for its data becomes a verdict with an `error`; every other failure ends the judging.
 * @throws {LabError} `cancelled` on `signal`, and whatever loading and answering throw.
 */
export async function* judgeRun({
  judge: judgedBy,
  judged,
  done,
  ...access
}: JudgingDependencies): AsyncGenerator<JudgingEvent> {
  const all = itemsOf(judged, judgedBy.rounds);
  const open = all.filter((item) => !done.has(itemKey(judgedBy.id, item)));
  for await (const event of judgeItems(
    open,
    all.length,
    (model, item, stop) => judgeItem(model, judgedBy, item, stop),
    access,
  )) {
    yield event.type === 'loading' ? event : { type: 'verdict', verdict: event.result, progress: event.progress };
  }
}

/** What there is to judge, round by round. */
export const itemsOf = (judged: readonly Judged[], rounds: number): JudgedItem[] =>
  Array.from({ length: rounds }, (_, round) => judged.map((each): JudgedItem => ({ judged: each, round }))).flat();

/** The key of an item's verdict; see `verdictKey`. */
export const itemKey = (judge: string, { judged: { place }, round }: JudgedItem): string =>
  verdictKey({ judge, ...place, round });

/** What a judge is asked about a reply or a dialogue. */
export function promptOf(judged: Judged, { wording = 'lab' }: Asking, contextWindow: number | null): ScoringPrompt {
  if ('lines' in judged) {
    const [lines, original] = [judged.lines, judged.original].map((each) => newestLines(each, contextWindow, 2));
    return PROMPTS[wording].conversation(lines ?? [], original);
  }
  const { context, candidate, reference } = judged;
  return PROMPTS[wording].reply({ context: newestLines(context, contextWindow), candidate, reference });
}

/**
 * Has a judge answer about one item.
 * @param attempts the first and the last attempt; by default all of them
 */
export async function judgeItem(
  model: LoadedModel,
  judgedBy: JudgeInUse,
  { judged, round }: JudgedItem,
  signal?: AbortSignal,
  attempts: Pick<JudgeOptions, 'firstAttempt' | 'retries'> = {},
): Promise<RunVerdict> {
  const { id, wording = 'lab', temperature, seed } = judgedBy;
  const verdict = { judge: id, ...judged.place, round, wording };
  try {
    const { answers, rounds, refused, unreadable, repaired } = await judge(
      model,
      promptOf(judged, judgedBy, model.info.contextWindow),
      { ...attempts, wording, temperature, seed, firstRound: round, repeats: 1, signal },
    );
    return {
      ...verdict,
      scores: rounds[0] ?? null,
      refused: refused > 0,
      unreadable,
      repaired: repaired > 0,
      answers: answers.map(({ text }) => text),
    };
  } catch (error) {
    if (!concernsOneItem(error)) throw error;
    return { ...verdict, scores: null, refused: false, unreadable: 0, repaired: false, error: error.message };
  }
}
