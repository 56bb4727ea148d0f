import type { LoadedModel } from '../engine/engine.ts';
import { concernsOneItem } from '../error.ts';
import type { RunProgress } from '../evaluation/progress-estimator.ts';
import { turnKey, type ResultRecord } from '../evaluation/record.ts';
import type { SupporterTurn } from '../evaluation/turns.ts';
import { groupBy } from '../group.ts';
import { judge } from './judge.ts';
import { judgeItems, type JudgeAccess } from './judge-items.ts';
import { newestLines, replyPrompt, type Line } from './prompt.ts';
import { verdictKey, type RunJudge, type RunVerdict } from './run-verdict.ts';

type Place = Pick<RunVerdict, 'model' | 'representation' | 'dialogue' | 'turn'>;

/** A reply of a run with the context and reference that a judge reads. */
export interface RunReply {
  place: Place;
  context: readonly Line[];
  candidate: string;
  reference: string;
}

/** One reply in one round. */
interface Item {
  reply: RunReply;
  round: number;
}

export type JudgingEvent =
  { type: 'loading'; progress: RunProgress } | { type: 'verdict'; verdict: RunVerdict; progress: RunProgress };

export interface JudgingDependencies extends JudgeAccess {
  judge: Pick<RunJudge, 'id' | 'rounds'>;
  replies: readonly RunReply[];
  /** Keys of the existing verdicts; see `verdictKey`. */
  done: ReadonlySet<string>;
}

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
 * Judges the replies of a run, round by round, and yields each verdict; the caller stores it before it asks for the
 * next. Running it again with the keys of the stored verdicts resumes it. A reply that the judge's engine refuses for
 * its data becomes a verdict with an `error`; every other failure ends the judging.
 * @throws {LabError} `cancelled` on `signal`, and whatever loading and answering throw.
 */
export async function* judgeRun({
  judge: { id, rounds },
  replies,
  done,
  ...access
}: JudgingDependencies): AsyncGenerator<JudgingEvent> {
  const all = Array.from({ length: rounds }, (_, round) => replies.map((reply): Item => ({ reply, round }))).flat();
  const open = all.filter(({ reply, round }) => !done.has(verdictKey({ judge: id, ...reply.place, round })));
  for await (const event of judgeItems(
    open,
    all.length,
    (model, item, stop) => judgeItem(model, id, item, stop),
    access,
  )) {
    yield event.type === 'loading' ? event : { type: 'verdict', verdict: event.result, progress: event.progress };
  }
}

async function judgeItem(
  model: LoadedModel,
  id: string,
  { reply, round }: Item,
  signal: AbortSignal,
): Promise<RunVerdict> {
  const { place, context, candidate, reference } = reply;
  const prompt = replyPrompt({ context: newestLines(context, model.info.contextWindow), candidate, reference });
  try {
    const { answers, rounds, refused, unreadable, repaired } = await judge(model, prompt, {
      firstRound: round,
      repeats: 1,
      signal,
    });
    return {
      judge: id,
      ...place,
      round,
      scores: rounds[0] ?? null,
      refused: refused > 0,
      unreadable,
      repaired: repaired > 0,
      answers: answers.map(({ text }) => text),
    };
  } catch (error) {
    if (!concernsOneItem(error)) throw error;
    return {
      judge: id,
      ...place,
      round,
      scores: null,
      refused: false,
      unreadable: 0,
      repaired: false,
      error: error.message,
    };
  }
}
