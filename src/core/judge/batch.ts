import type { LoadedModel } from '../engine/engine.ts';
import { LabError } from '../error.ts';
import { textHash } from '../sha256.ts';
import { itemKey, itemsOf, judgeItem, promptOf, type JudgeInUse, type JudgedItem, type Judged } from './judge-run.ts';
import { JUDGE_RETRIES, judgeRequest, type JudgeRequest } from './request.ts';
import { verdictKey, type RunVerdict, type RunVerdicts } from './run-verdict.ts';

/** A question of a batch. Its id says what it asks, so that answers of another run or prompt are recognised. */
export interface BatchRequest extends JudgeRequest {
  id: string;
}

/** An answer of a batch: the id of its question, and a model that answers what the batch answered. */
export interface BatchAnswer {
  id: string;
  model: LoadedModel;
}

/** What reading the answers of a batch changed. */
export interface ReadBatch {
  /** The verdicts of each judge, old and new. */
  judgings: RunVerdicts[];
  /** The new verdicts. */
  read: RunVerdict[];
  /** Answers to questions that had an answer already. */
  repeated: number;
  /** Answers to no question of this run. */
  foreign: number;
}

/** How often an item was asked without a readable answer, while it may be asked again; null once it is decided. */
function attemptOf(verdict: RunVerdict | undefined): number | null {
  if (!verdict || verdict.error !== undefined) return verdict?.unreadable ?? 0;
  if (verdict.scores || verdict.refused || verdict.unreadable > JUDGE_RETRIES) return null;
  return verdict.unreadable;
}

/**
 * The questions that a judge has yet to answer: those that were not asked, could not be answered, or whose answer could
 * not be read and that are asked again.
 */
export function openRequests({ judge, verdicts }: RunVerdicts, judged: readonly Judged[]): BatchRequest[] {
  const known = new Map(verdicts.map((verdict) => [verdictKey(verdict), verdict]));
  return itemsOf(judged, judge.rounds).flatMap((item) => {
    const attempt = attemptOf(known.get(itemKey(judge.id, item)));
    if (attempt === null) return [];
    const turn = { round: item.round, attempt };
    return [{ id: requestId(judge, item, attempt), ...judgeRequest(promptOf(item.judged, judge, null), turn, judge) }];
  });
}

/** At most 64 letters, digits and hyphens, which all servers accept. */
function requestId(judge: JudgeInUse, { judged, round }: JudgedItem, attempt: number): string {
  return `${itemHash(judge, judged)}-${round}-${attempt}`;
}

const itemHash = (judge: JudgeInUse, judged: Judged): string =>
  textHash(
    JSON.stringify([
      judge.id,
      judged.place,
      judgeRequest(promptOf(judged, judge, null), { round: 0, attempt: 0 }, judge),
    ]),
  ).slice(0, 40);

/**
 * Reads the answers of a batch as a judge's that answers at once are read. An answer that is an error becomes a verdict
 * with an `error`.
 * @throws {LabError} `bad-data` when none of them answers a question of this run.
 */
export async function readBatch(
  judgings: readonly RunVerdicts[],
  judged: readonly Judged[],
  answers: readonly BatchAnswer[],
): Promise<ReadBatch> {
  const asked = new Map(
    judgings.flatMap(({ judge }) => judged.map((each) => [itemHash(judge, each), { judge, judged: each }] as const)),
  );
  const known = new Map(judgings.flatMap(({ verdicts }) => verdicts.map((each) => [verdictKey(each), each] as const)));
  const read = new Map<string, RunVerdict>();
  let [repeated, foreign] = [0, 0];
  for (const { id, model } of inOrder(answers)) {
    const [hash = '', round = NaN, attempt = NaN] = partsOf(id);
    const question = asked.get(hash);
    if (!question || !(round < question.judge.rounds)) {
      foreign++;
      continue;
    }
    const item = { judged: question.judged, round };
    const key = itemKey(question.judge.id, item);
    const before = known.get(key);
    if (attemptOf(before) !== attempt) {
      repeated++;
      continue;
    }
    const once = { firstAttempt: attempt, retries: attempt };
    const verdict = joined(before, await judgeItem(model, question.judge, item, undefined, once));
    known.set(key, verdict);
    read.set(key, verdict);
  }
  if (answers.length > 0 && foreign === answers.length) throw noneBelongs(answers.length);
  const all = [...known.values()];
  return {
    judgings: judgings.map(({ judge }) => ({ judge, verdicts: all.filter((each) => each.judge === judge.id) })),
    read: [...read.values()],
    repeated,
    foreign,
  };
}

const partsOf = (id: string): [string, number, number] | [] => {
  const match = /^([0-9a-f]{40})-(\d{1,2})-(\d)$/.exec(id);
  return match ? [match[1] ?? '', Number(match[2]), Number(match[3])] : [];
};

/** Earlier attempts first. */
const inOrder = (answers: readonly BatchAnswer[]): BatchAnswer[] =>
  [...answers].sort((a, b) => (partsOf(a.id)[2] ?? 0) - (partsOf(b.id)[2] ?? 0));

/** The verdict after one more answer. */
function joined(before: RunVerdict | undefined, after: RunVerdict): RunVerdict {
  if (!before) return after;
  const answers = [...(before.answers ?? []), ...(after.answers ?? [])];
  return { ...after, unreadable: before.unreadable + after.unreadable, ...(answers.length > 0 && { answers }) };
}

const noneBelongs = (count: number): LabError =>
  new LabError({
    code: 'bad-data',
    what: `None of the ${count} answers belongs to a request for this run.`,
    todo: 'Give the run whose requests were sent. If its replies have changed since, write the requests again.',
  });
