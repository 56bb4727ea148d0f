import { parseStoredPlan } from '../evaluation/plan.ts';
import { testInWords } from './comparisons.ts';
import { measureOf } from './measures.ts';
import { talkInWords } from './sensitivity.ts';
import type { RunSummary } from './summary.ts';

type Test = RunSummary['tests'][number];
type Metric = RunSummary['cells'][number]['metrics'][string];

/** The unit of papers: fractions times 100. */
const HUNDRED = 100;

/**
 * A table whose fractions, such as ROUGE-L, are scores from 0 to 100, in its cells, tests and sentences alike. Ratios
 * and measures that are no fractions stay as they are. In older summaries the sentences of `taskTalk` stay, too.
 * @throws {LabError} `bad-config` if its plan cannot be read.
 */
export function inPoints(summary: RunSummary, where: string): RunSummary {
  const plan = parseStoredPlan(summary.plan, where);
  const scaled = (test: Test, tests: number): Test => {
    const difference = times(test.difference, factorOf(test.metric));
    const { adjusted = test.p } = test;
    return {
      ...test,
      difference,
      words: testInWords(plan, { ...test, difference, adjusted }, tests, { points: true }),
    };
  };
  const { tests, taskTalk } = summary;
  const changed = taskTalk?.tests?.map((test) => scaled(test, tests.length));
  return {
    ...summary,
    cells: summary.cells.map((cell) => ({
      ...cell,
      metrics: Object.fromEntries(
        Object.entries(cell.metrics).map(([name, metric]) => [name, times(metric, factorOf(name))]),
      ),
    })),
    tests: tests.map((test) => scaled(test, tests.length)),
    ...(taskTalk &&
      changed && {
        taskTalk: talkInWords({ ...taskTalk, tests: changed, changed: changed.map(({ words }) => words) }),
      }),
  };
}

const factorOf = (name: string): number => (measureOf(name)?.fraction === true ? HUNDRED : 1);

/** An interval times a factor; its ratio stays. */
const times = <Scaled extends Metric>(interval: Scaled, by: number): Scaled => ({
  ...interval,
  value: interval.value * by,
  low: interval.low === null ? null : interval.low * by,
  high: interval.high === null ? null : interval.high * by,
});
