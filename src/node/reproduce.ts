import { shuffleByKeys } from '../core/random/random.ts';
import { seededRandom } from '../core/random/xoshiro128.ts';
import { LabError } from '../core/error.ts';
import {
  compareNumbers,
  numbersOf,
  parseNumbers,
  type Difference,
  type RecordNumbers,
} from '../core/evaluation/numbers.ts';
import { conversationKey, recordKey } from '../core/evaluation/record.ts';
import { jobKey, type Job } from '../core/evaluation/respond.ts';
import { planJobs, runPlan, type RunDependencies } from '../core/evaluation/runner.ts';
import { readText } from './read-file.ts';

/** One reproduced record, or, at the end, a summary of all. */
export type CheckLine =
  | (Pick<RecordNumbers, 'model' | 'representation' | 'dialogue' | 'turn'> & Difference)
  | {
      records: number;
      sameReplies: number;
      largestNll: number;
      /** How many records the same made: commit, engine, device, weights, tokenizer, data. Absent if none says. */
      sameOrigins?: number;
    };

/**
 * Reproduces `count` randomly drawn records of a published run and reports the differences. `path` is that run's
 * `numbers.jsonl`.
 * @throws {LabError} `bad-data` when the plan does not contain those records.
 */
export async function* checkNumbers(
  parts: Omit<RunDependencies, 'done'>,
  path: string,
  count: number,
): AsyncGenerator<CheckLine> {
  const published = new Map((await readNumbers(path)).map((numbers) => [recordKey(numbers), numbers]));
  const jobs = planJobs(parts.plan, parts.turns);
  const keys = jobs.map(jobKey);
  const known = keys.filter((key) => published.has(key));
  if (known.length === 0)
    throw new LabError({
      code: 'bad-data',
      where: path,
      what: 'It contains no record of this plan.',
      todo: 'Give the plan and the numbers of one run; a plan of version 0.1.0 needs "sampling": 1.',
    });
  const shuffled = shuffleByKeys(known, seededRandom(parts.plan.sample.seed + 1));
  const chosen = new Set(shuffled.slice(0, count));
  const total: Extract<CheckLine, { records: number }> = { records: 0, sameReplies: 0, largestNll: 0 };
  const needed = parts.plan.mode === 'roll-out' ? withEarlierTurns(jobs, chosen) : chosen;
  for await (const event of runPlan({ ...parts, done: new Set(keys.filter((key) => !needed.has(key))) })) {
    if (event.type !== 'record' || !chosen.has(recordKey(event.record))) continue;
    const { model, representation, dialogue, turn } = event.record;
    const before = published.get(recordKey(event.record));
    if (!before) continue;
    const difference = compareNumbers(before, numbersOf(event.record));
    total.records++;
    if (difference.sameReply) total.sameReplies++;
    if (difference.sameOrigin !== undefined)
      total.sameOrigins = (total.sameOrigins ?? 0) + Number(difference.sameOrigin);
    total.largestNll = Math.max(total.largestNll, difference.nll);
    yield { model, representation, dialogue, turn, ...difference };
  }
  yield total;
}

/** The chosen records and those that they build on: the earlier turns of their dialogue in the same roll-out. */
function withEarlierTurns(jobs: readonly Job[], chosen: ReadonlySet<string>): Set<string> {
  const cellOf = ({ model, condition, turn: { dialogue } }: Job) =>
    conversationKey({ model, representation: condition.id, dialogue });
  const last = new Map<string, number>();
  for (const job of jobs)
    if (chosen.has(jobKey(job))) last.set(cellOf(job), Math.max(last.get(cellOf(job)) ?? 0, job.turn.turn));
  return new Set(jobs.filter((job) => job.turn.turn <= (last.get(cellOf(job)) ?? -1)).map(jobKey));
}

async function readNumbers(path: string): Promise<RecordNumbers[]> {
  const text = await readText(path, { what: 'It cannot be read', todo: 'Give the numbers.jsonl that evaluate wrote.' });
  return parseNumbers(text, path);
}
