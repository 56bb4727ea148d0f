import { LabError } from '../../core/error.ts';
import { contestsBetween, type CellRef } from '../../core/judge/contests.ts';
import { judgeVotes } from '../../core/judge/inter-judge-agreement.ts';
import { replyScores } from '../../core/judge/run-verdict.ts';
import {
  parseRatings,
  ratesOthers,
  type PairwiseItem,
  type JudgeRater,
  type Ratings,
} from '../../core/judge/side-by-side.ts';
import { recordKey, turnKey } from '../../core/evaluation/record.ts';
import { found, judgingsOf, store, turnsOf } from './stored-runs.ts';

export type { CellRef } from '../../core/judge/contests.ts';
export { type HumanResult, type JudgeRater, type Ratings } from '../../core/judge/side-by-side.ts';

export const cellName = ({ model, representation }: CellRef): string => `${model} ${representation}`;

/** The turns that both cells of a run have answered, with the utterances before, for people to choose between. */
export async function contestsOf(id: string, first: CellRef, second: CellRef): Promise<PairwiseItem[]> {
  const { plan } = await found(id);
  const [turns, records] = await Promise.all([turnsOf(plan), store.records(id)]);
  return contestsBetween([first, second], plan, turns, records);
}

/** The preferences of people between two cells of a run so far. */
export const ratingsOf = (id: string, first: CellRef, second: CellRef): Promise<Ratings[]> =>
  store.ratings(id, cellName(first), cellName(second));

export const saveRatings = (id: string, ratings: Ratings): Promise<void> => store.saveRatings(id, ratings);

/**
 * Adds the exported ratings of another rater.
 * @throws {LabError} `bad-file`; `bad-data` when they rate another comparison.
 */
export async function importRatings(id: string, first: CellRef, second: CellRef, file: File): Promise<void> {
  const ratings = parseRatings(await file.text(), file.name);
  if (ratings.first !== cellName(first) || ratings.second !== cellName(second)) {
    throw new LabError({
      code: 'bad-data',
      where: file.name,
      what: `It rates ${ratings.first} against ${ratings.second}.`,
      todo: 'Choose those two first.',
    });
  }
  if (ratesOthers(ratings, await contestsOf(id, first, second))) {
    throw new LabError({
      code: 'bad-data',
      where: file.name,
      what: 'It rates the replies of another run.',
      todo: 'Export this run, and let the other person import and rate it.',
    });
  }
  await store.saveRatings(id, ratings);
}

/** The judges of a run as raters: each prefers the reply that it scored higher. */
export async function judgeRatersOf(id: string, first: CellRef, second: CellRef): Promise<JudgeRater[]> {
  return (await judgingsOf(id)).map(({ judge, verdicts }) => {
    const scores = replyScores(verdicts);
    const votes = verdicts
      .filter((verdict) => cellName(verdict) === cellName(first))
      .flatMap(({ dialogue, turn }) => {
        const [a, b] = [first, second].map((cell) => scores.get(recordKey({ ...cell, dialogue, turn })));
        return a && b ? [[turnKey({ dialogue, turn }), judgeVotes(a, b)] as const] : [];
      });
    return { name: judge.name, votes: new Map(votes) };
  });
}
