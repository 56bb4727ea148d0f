import { z } from 'zod';
import { hash } from '../random/fnv1a.ts';
import { seededRandom } from '../random/xoshiro128.ts';
import { checkJson, parseJson } from '../json.ts';
import { mean } from '../statistics/descriptive.ts';
import { cohenKappa } from '../statistics/agreement.ts';
import { CRITERION_IDS, type CriterionId } from './criteria.ts';
import type { Line } from './prompt.ts';

/** Two systems' replies to one context. */
export interface PairwiseItem {
  id: string;
  context: readonly Line[];
  first: string;
  second: string;
}

/** A contest as a rater sees it: which system is on the left is hidden in `swapped`. */
export interface BlindContest {
  id: string;
  context: readonly Line[];
  left: string;
  right: string;
  swapped: boolean;
  /** A hash of the two replies: contests of another run may have the same ids. */
  replies: number;
}

/**
 * Shuffles contests and sides by seed, rater and contest: each rater sees different sides, so that a shared preference
 * for one side does not look like agreement, and the same sides after a break. Rated contests keep the sides on which
 * they were shown, which version 0.1.0 drew differently.
 */
export function blind(
  contests: readonly PairwiseItem[],
  { seed, rater, ratings = [] }: Pick<Ratings, 'seed' | 'rater'> & Partial<Pick<Ratings, 'ratings'>>,
): BlindContest[] {
  const seen = new Map(ratings.map(({ contest, swapped }) => [contest, swapped]));
  const drawn = contests.map(({ id, context, first, second }) => {
    const random = seededRandom(seed ^ hash(`${rater}\n${id}`));
    const side = random() < 0.5;
    const swapped = seen.get(id) ?? side;
    return {
      place: random(),
      contest: {
        id,
        context,
        left: swapped ? second : first,
        right: swapped ? first : second,
        swapped,
        replies: repliesHash(first, second),
      },
    };
  });
  return drawn.sort((a, b) => a.place - b.place).map(({ contest }) => contest);
}

const repliesHash = (first: string, second: string): number => hash(JSON.stringify([first, second]));

/** Whether ratings are of other replies than these contests. Unknown for ratings of version 0.1.0. */
export function ratesOthers({ ratings }: Pick<Ratings, 'ratings'>, contests: readonly PairwiseItem[]): boolean {
  const known = new Map(contests.map(({ id, first, second }) => [id, repliesHash(first, second)]));
  return ratings.some(
    ({ contest, replies }) => replies !== undefined && known.has(contest) && known.get(contest) !== replies,
  );
}

const CHOICES = ['left', 'right', 'tie'] as const;
export type Choice = (typeof CHOICES)[number];

/** One rater's answers by contest and criterion, as exported and imported. */
const ratingsSchema = z.strictObject({
  format: z.literal('solace-lab-ratings'),
  version: z.literal(1),
  rater: z.string().min(1).max(100),
  seed: z.int().nonnegative(),
  /** The two systems, e.g. a model and a condition each. */
  first: z.string().max(300),
  second: z.string().max(300),
  ratings: z.array(
    z.strictObject({
      contest: z.string(),
      swapped: z.boolean(),
      replies: z.int().nonnegative().optional(),
      choices: z.partialRecord(z.enum(CRITERION_IDS), z.enum(CHOICES)),
    }),
  ),
});
export type Ratings = z.output<typeof ratingsSchema>;

/** @throws {LabError} `bad-file` naming the first field at fault. */
export function parseRatings(text: string, where: string): Ratings {
  const refusal = {
    code: 'bad-file',
    what: 'It does not contain ratings',
    todo: 'Choose a file that this page exported.',
  } as const;
  return checkJson(ratingsSchema, parseJson(text, where, refusal), where, refusal);
}

const VOTES = ['first', 'second', 'tie'] as const;
export type Vote = (typeof VOTES)[number];

/** The vote for a system that a rater's choice means. */
export function unblind(choice: Choice, swapped: boolean): Vote {
  if (choice === 'tie') return 'tie';
  return (choice === 'left') === swapped ? 'second' : 'first';
}

/** The votes of one rater or judge, by contest. */
export type Votes = ReadonlyMap<string, Vote>;

/** A model as a rater: its vote in each contest, by criterion. */
export interface JudgeRater {
  name: string;
  votes: ReadonlyMap<string, Record<CriterionId, Vote>>;
}

export interface HumanResult {
  criterion: CriterionId;
  votes: Record<Vote, number>;
  /** Mean of Cohen's kappa over pairs of raters, on the contests that both rated; NaN with one rater. */
  kappa: number;
  /** The same between each judge and every person; NaN if they share no contest or never differ. */
  judges: { name: string; kappa: number }[];
}

/** Votes for the systems, agreement among raters, and of judges with raters, by criterion. */
export function humanResults(raters: readonly Ratings[], judges: readonly JudgeRater[] = []): HumanResult[] {
  return CRITERION_IDS.map((criterion) => {
    const votes = raters.map((each) => votesOf(each, criterion));
    const all = votes.flatMap((each) => [...each.values()]);
    return {
      criterion,
      votes: Object.fromEntries(VOTES.map((vote) => [vote, all.filter((each) => each === vote).length])) as Record<
        Vote,
        number
      >,
      kappa: meanKappa(votes.flatMap((a, i) => votes.slice(i + 1).map((b) => agreement(a, b)))),
      judges: judges.map((judge) => {
        const own: Votes = new Map([...judge.votes].map(([contest, vote]) => [contest, vote[criterion]]));
        return { name: judge.name, kappa: meanKappa(votes.map((person) => agreement(own, person))) };
      }),
    };
  });
}

function votesOf({ ratings }: Ratings, criterion: CriterionId): Votes {
  return new Map(
    ratings.flatMap(({ contest, swapped, choices }) =>
      choices[criterion] ? [[contest, unblind(choices[criterion], swapped)] as const] : [],
    ),
  );
}

function meanKappa(kappas: readonly number[]): number {
  return mean(kappas.filter((kappa) => !Number.isNaN(kappa)));
}

function agreement(a: Votes, b: Votes): number {
  const shared = [...a].flatMap(([contest, vote]) => {
    const other = b.get(contest);
    return other ? [[vote, other] as const] : [];
  });
  return cohenKappa(
    shared.map(([vote]) => vote),
    shared.map(([, vote]) => vote),
    VOTES,
  );
}
