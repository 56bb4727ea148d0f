import {
  cellName,
  checkJudge,
  compareRuns,
  contestsOf,
  createRun,
  estimateRun,
  exportRun,
  importRatings,
  importRun,
  judgePairsOf,
  judgeRatersOf,
  judgeRunReplies,
  judgesOfRun,
  listRuns,
  ratingsOf,
  removeRun,
  saveRatings,
  startRun,
  summariseRun,
} from '../../lab/index.ts';
import { JudgeChecking } from '../state/judge-check.svelte.ts';
import { Judging } from '../state/judging.svelte.ts';
import { Rating } from '../state/rating.svelte.ts';
import { Runs } from '../state/runs.svelte.ts';
import { toasts } from './shell.ts';

export const runs = new Runs({
  service: {
    listRuns,
    createRun,
    estimateRun,
    startRun,
    summariseRun,
    compareRuns,
    exportRun,
    importRun,
    removeRun,
  },
  toasts,
  now: () => performance.now(),
});

export const judgeChecking = new JudgeChecking(checkJudge, runs);

/** The judges of a run. */
export const judgingOf = (run: string): Judging =>
  new Judging(run, { judgesOfRun, judgePairsOf, judgeRunReplies }, runs);

/** People choose between the systems of a run. */
export const ratingOf = (run: string): Rating =>
  new Rating(run, { cellName, contestsOf, ratingsOf, judgeRatersOf, saveRatings, importRatings });
