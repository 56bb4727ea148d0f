import type { LabError } from '../../core/error.ts';
import type { CriterionId } from '../../core/judge/criteria.ts';
import {
  blind,
  humanResults,
  type BlindContest,
  type Choice,
  type HumanResult,
  type JudgeRater,
  type PairwiseItem,
  type Ratings,
} from '../../core/judge/side-by-side.ts';
import type { CellRef } from '../../lab/index.ts';
import { attempt } from './attempt.ts';
import { Latest } from './latest.ts';

/** Together with the rater's name it determines the order of contests and their sides. */
const SEED = 1;

/** Replies of two systems in a run, and what people and judges prefer. */
export interface RatingService {
  cellName(cell: CellRef): string;
  contestsOf(run: string, first: CellRef, second: CellRef): Promise<PairwiseItem[]>;
  ratingsOf(run: string, first: CellRef, second: CellRef): Promise<Ratings[]>;
  judgeRatersOf(run: string, first: CellRef, second: CellRef): Promise<JudgeRater[]>;
  saveRatings(run: string, ratings: Ratings): Promise<void>;
  importRatings(run: string, first: CellRef, second: CellRef, file: File): Promise<void>;
}

/** A person chooses between two systems' replies without knowing which system wrote which. */
export class Rating {
  contests = $state.raw<BlindContest[]>([]);
  position = $state(0);
  ratings = $state.raw<Ratings | null>(null);
  results = $state.raw<HumanResult[]>([]);
  raters = $state(0);
  error = $state.raw<LabError | null>(null);
  readonly #run: string;
  readonly #service: RatingService;
  readonly #beginning = new Latest();
  readonly #counting = new Latest();
  #cells: [CellRef, CellRef] | null = null;

  constructor(run: string, service: RatingService) {
    this.#run = run;
    this.#service = service;
  }

  get contest(): BlindContest | undefined {
    return this.contests[this.position];
  }

  /** The choices made for the contest that is shown. */
  get choices(): Partial<Record<CriterionId, Choice>> {
    return this.ratings?.ratings.find(({ contest }) => contest === this.contest?.id)?.choices ?? {};
  }

  /** Starts to rate two systems, or resumes at the first contest that `rater` has not rated. */
  begin(rater: string, first: CellRef, second: CellRef): Promise<void> {
    const current = this.#beginning.ask();
    return this.#attempt(async () => {
      const before = (await this.#service.ratingsOf(this.#run, first, second)).find((each) => each.rater === rater);
      const contests = await this.#service.contestsOf(this.#run, first, second);
      if (!current()) return;
      this.#cells = [first, second];
      this.contests = blind(contests, { seed: SEED, rater, ratings: before?.ratings ?? [] });
      this.ratings = before ?? {
        format: 'solace-lab-ratings',
        version: 1,
        rater,
        seed: SEED,
        first: this.#service.cellName(first),
        second: this.#service.cellName(second),
        ratings: [],
      };
      const open = this.contests.findIndex(({ id }) => !this.ratings?.ratings.some(({ contest }) => contest === id));
      this.position = Math.max(0, open);
      await this.#count();
    });
  }

  /** Stores a choice at once. */
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
      await this.#service.saveRatings(this.#run, this.ratings);
      await this.#count();
    });
  }

  import(file: File): Promise<void> {
    return this.#attempt(async () => {
      if (!this.#cells) return;
      await this.#service.importRatings(this.#run, ...this.#cells, file);
      await this.#count();
    });
  }

  async #count(): Promise<void> {
    if (!this.#cells) return;
    const current = this.#counting.ask();
    const [people, judges] = await Promise.all([
      this.#service.ratingsOf(this.#run, ...this.#cells),
      this.#service.judgeRatersOf(this.#run, ...this.#cells),
    ]);
    if (!current()) return;
    this.raters = people.length;
    this.results = humanResults(people, judges);
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    this.error = null;
    await attempt((error) => (this.error = error), { code: 'bad-data', what: 'The rating failed' }, work);
  }
}
