import {
  cellName,
  checkJudge,
  compareRuns,
  contestsOf,
  contextOfReply,
  createRun,
  estimateRun,
  exploredDistribution,
  exploredPage,
  exploredScatter,
  exploredSlices,
  exploredTurn,
  exploreRun,
  exportExplored,
  exportRun,
  importRatings,
  importRun,
  judgePairsOf,
  judgeRatersOf,
  judgeRunReplies,
  judgesOfRun,
  listCommittedRuns,
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
import { RunExplorer } from '../state/run-explorer.svelte.ts';
import { Runs } from '../state/runs.svelte.ts';
import { router, toasts } from './shell.ts';

export const runs = new Runs({
  service: {
    listRuns,
    listCommittedRuns,
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

/** The replies of the run that the address names. */
export const runExplorer = new RunExplorer({
  service: {
    exploreRun,
    exploredPage,
    exploredTurn,
    exploredDistribution,
    exploredScatter,
    exploredSlices,
    exportExplored,
    contextOfReply,
  },
  navigate: (run, query, replace) => (replace ? router.replace('runs', run, query) : router.go('runs', run, query)),
});

export const judgeChecking = new JudgeChecking(checkJudge, runs);

/** The judges of a run. */
export const judgingOf = (run: string): Judging =>
  new Judging(run, { judgesOfRun, judgePairsOf, judgeRunReplies }, runs);

/** People choose between the systems of a run. */
export const ratingOf = (run: string): Rating =>
  new Rating(run, { cellName, contestsOf, ratingsOf, judgeRatersOf, saveRatings, importRatings });
