import { z } from 'zod';
import { LabError } from '../error.ts';
import { groupBy } from '../group.ts';
import { mean, variance } from '../statistics/descriptive.ts';
import { recordKey, recordSchema } from '../evaluation/record.ts';
import { HIGHEST, scoreOf, overScores, type Scores } from './criteria.ts';
import { PROMPT_IDS, PROMPTS, type PromptId } from './prompts.ts';
import { JUDGE_DECODING } from './request.ts';

/** Maximum number of judging rounds per reply. */
export const MOST_ROUNDS = 20;

/** A judge of a run's replies, and how often it judges each. */
export const runJudgeSchema = z.strictObject({
  /** The model's id in this browser, or its name; with another prompt than the lab's own see `judgeIdOf`. */
  id: z.string().min(1).max(500),
  /** The model's id if it is not `id`. */
  model: z.string().min(1).max(500).optional(),
  name: z.string().min(1).max(300),
  rounds: z.int().min(1).max(MOST_ROUNDS),
  /** Milliseconds since the epoch. */
  begunAt: z.number().nonnegative(),
  /** The prompt; absent for the lab's own. */
  wording: z.enum(PROMPT_IDS).optional(),
  /** Version of the prompt, temperature and seed; absent for judges of version 0.1.0. */
  prompt: z.int().positive().optional(),
  temperature: z.number().nonnegative().optional(),
  seed: z.int().nonnegative().optional(),
});
export type RunJudge = z.output<typeof runJudgeSchema>;

/** A model chosen as judge, how often it judges each reply, and with which prompt (by default the lab's own). */
export interface ChosenJudge {
  model: string;
  name: string;
  rounds: number;
  wording?: PromptId | undefined;
}

/** The id of a judge of a run: one model with two prompts is two judges. */
export const judgeIdOf = ({ model, wording = 'lab' }: Pick<ChosenJudge, 'model' | 'wording'>): string =>
  withPrompt(model, wording);

const withPrompt = (name: string, wording: PromptId): string =>
  wording === 'paper' ? `${name}, paper's prompt` : name;

/** The id of the model that judges. */
export const modelOfJudge = ({ id, model }: Pick<RunJudge, 'id' | 'model'>): string => model ?? id;

/**
 * A judge that begins on a run, or resumes: then it keeps how it was asked before, and may get more rounds.
 * @throws {LabError} `bad-config` for an invalid number of rounds.
 */
export function judgeOfRun(
  judges: readonly RunJudge[],
  { model, name, rounds, wording = 'lab' }: ChosenJudge,
): RunJudge {
  const id = judgeIdOf({ model, wording });
  const before = judges.find((each) => each.id === id);
  const judge = runJudgeSchema.safeParse(
    before
      ? { ...before, rounds: Math.max(before.rounds, rounds) }
      : {
          id,
          ...(wording !== 'lab' && { model, wording }),
          name: withPrompt(name.slice(0, 270), wording),
          rounds,
          begunAt: Date.now(),
          prompt: PROMPTS[wording].version,
          ...JUDGE_DECODING,
        },
  );
  if (judge.success) return judge.data;
  throw new LabError({
    code: 'bad-config',
    where: name,
    what: `It cannot judge ${rounds} times.`,
    todo: `Choose 1 to ${MOST_ROUNDS} rounds.`,
  });
}

const count = z.int().nonnegative();
const score = z.number().min(0).max(HIGHEST);
const { model, representation, dialogue, turn } = recordSchema.shape;

/** One judge's verdict on one reply of a run in one round. */
export const runVerdictSchema = z.strictObject({
  judge: z.string().min(1).max(500),
  model,
  representation,
  dialogue,
  turn,
  round: count.max(MOST_ROUNDS - 1),
  /** The prompt of the judge; absent in older verdicts, which are of the lab's own. */
  wording: z.enum(PROMPT_IDS).optional(),
  /** Null if no answer could be read. */
  scores: z
    .strictObject({ engagement: score, comforting: score, appropriateness: score, suggestion: score })
    .nullable(),
  refused: z.boolean(),
  /** Number of unreadable answers; each but the last was retried. */
  unreadable: count,
  repaired: z.boolean(),
  /** Every raw answer; absent for verdicts of version 0.1.0. */
  answers: z.array(z.string()).optional(),
  /** Why the reply could not be judged, if it could not. */
  error: z.string().optional(),
});
export type RunVerdict = z.output<typeof runVerdictSchema>;

/** Why a verdict has no scores, as a sentence. */
export const whyNoScores = ({ error, refused }: { error?: string | undefined; refused: boolean }): string =>
  error ?? (refused ? 'The judge refused to answer.' : 'None of the answers could be read as scores.');

/** All verdicts of one judge on a run. */
export interface RunVerdicts {
  judge: RunJudge;
  verdicts: readonly RunVerdict[];
}

/** Identifies a verdict within its run; resuming skips existing ones. */
export function verdictKey(
  verdict: Pick<RunVerdict, 'judge' | 'model' | 'representation' | 'dialogue' | 'turn' | 'round'>,
): string {
  return JSON.stringify([verdict.judge, recordKey(verdict), verdict.round]);
}

/** A reply's scores over the rounds of one judge. */
export interface ReplyScores {
  scores: Scores;
  /** Sample variance of the criteria's mean over the rounds; null with fewer than two. */
  variance: number | null;
}

/** The scores of each reply that a judge scored, by `recordKey`. */
export function replyScores(verdicts: readonly RunVerdict[]): Map<string, ReplyScores> {
  const scored = verdicts.filter(({ scores }) => scores !== null);
  return new Map(
    [...groupBy(scored, recordKey)].map(([key, rounds]) => {
      const all = rounds.flatMap(({ scores }) => scores ?? []);
      return [
        key,
        {
          scores: overScores(all, mean),
          variance: all.length < 2 ? null : variance(all.map((each) => scoreOf(each, 'mean'))),
        },
      ];
    }),
  );
}
