import { LabError } from '../../core/error.ts';
import type { CriterionId } from '../../core/judge/criteria.ts';
import {
  blind,
  cellName,
  contestsOf,
  humanResults,
  importRatings,
  judgeRatersOf,
  ratingsOf,
  saveRatings,
  type BlindContest,
  type CellRef,
  type Choice,
  type HumanResult,
  type Ratings,
} from '../../lab/runs/pairwise.ts';

/** With the rater's name it decides the order of contests and their sides. */
const SEED = 1;

/** A person choosing between two systems' replies without knowing whose they are. */
export class Rating {
  contests = $state.raw<BlindContest[]>([]);
  place = $state(0);
  ratings = $state.raw<Ratings | null>(null);
  results = $state.raw<HumanResult[]>([]);
  raters = $state(0);
  error = $state.raw<LabError | null>(null);
  readonly #run: string;
  #cells: [CellRef, CellRef] | null = null;

  constructor(run: string) {
    this.#run = run;
  }

  get contest(): BlindContest | undefined {
    return this.contests[this.place];
  }

  /** The choices made for the contest that is shown. */
  get choices(): Partial<Record<CriterionId, Choice>> {
    return this.ratings?.ratings.find(({ contest }) => contest === this.contest?.id)?.choices ?? {};
  }

  begin(rater: string, first: CellRef, second: CellRef): Promise<void> {
    return this.#attempt(async () => {
      this.#cells = [first, second];
      const before = (await ratingsOf(this.#run, first, second)).find((each) => each.rater === rater);
      this.contests = blind(await contestsOf(this.#run, first, second), {
        seed: SEED,
        rater,
        ratings: before?.ratings ?? [],
      });
      this.ratings = before ?? {
        format: 'solace-lab-ratings',
        version: 1,
        rater,
        seed: SEED,
        first: cellName(first),
        second: cellName(second),
        ratings: [],
      };
      const open = this.contests.findIndex(({ id }) => !this.ratings?.ratings.some(({ contest }) => contest === id));
      this.place = Math.max(0, open);
      await this.#count();
    });
  }

  /** Keeps a choice at once. */
  choose(criterion: CriterionId, choice: Choice): Promise<void> {
    return this.#attempt(async () => {
      const { contest, ratings } = this;
      if (!contest || !ratings) return;
      const others = ratings.ratings.filter((each) => each.contest !== contest.id);
      this.ratings = {
        ...ratings,
        ratings: [
          ...others,
          {
            contest: contest.id,
            swapped: contest.swapped,
            replies: contest.replies,
            choices: { ...this.choices, [criterion]: choice },
          },
        ],
      };
      await saveRatings(this.#run, this.ratings);
      await this.#count();
    });
  }

  import(file: File): Promise<void> {
    return this.#attempt(async () => {
      if (!this.#cells) return;
      await importRatings(this.#run, ...this.#cells, file);
      await this.#count();
    });
  }

  async #count(): Promise<void> {
    if (!this.#cells) return;
    const [people, judges] = await Promise.all([
      ratingsOf(this.#run, ...this.#cells),
      judgeRatersOf(this.#run, ...this.#cells),
    ]);
    this.raters = people.length;
    this.results = humanResults(people, judges);
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      this.error = null;
      await work();
    } catch (error) {
      this.error = LabError.from(error, { code: 'bad-data', what: 'The rating failed' });
    }
  }
}
