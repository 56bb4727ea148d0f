import { conditionsOf, type EvaluationPlan } from '../evaluation/plan.ts';
import { describeTest, findingOf, type TestedDifference } from '../statistics/describe-test.ts';
import { holm } from '../statistics/holm.ts';
import { leastP, pairedTest, type ResamplingOptions } from '../statistics/resampling.ts';
import { baselineOf, FEWEST_CLUSTERS, paired, recordsOf, reported, type Cell } from './cells.ts';
import { measureOf, MEASURES, TESTED, type CountedRecord } from './measures.ts';
import type { RunSummary } from './summary.ts';

type SummaryTest = RunSummary['tests'][number];

/** All tests of a run's table, their p-values corrected for all of them together (Holm), with descriptions. */
export function testTable(
  plan: EvaluationPlan,
  cells: readonly Cell[],
  counted: readonly CountedRecord[],
  options: ResamplingOptions,
): SummaryTest[] {
  const tests = comparisons(plan, cells).flatMap(([a, b]) =>
    testCells([a, b], recordsOf(counted, a), recordsOf(counted, b), options),
  );
  const adjusted = holm(tests.map(({ p }) => p));
  return tests.map((test, i) => {
    const corrected = adjusted[i] ?? test.p;
    return {
      ...test,
      adjusted: corrected,
      finding: findingOf({ difference: test.difference, p: corrected }),
      words: testInWords(plan, { ...test, adjusted: corrected }, tests.length, options),
    };
  });
}

/** Each condition against its model's baseline, and each model against the first one under the same condition. */
function comparisons(plan: EvaluationPlan, cells: readonly Cell[]): [Cell, Cell][] {
  const [first] = plan.models;
  const byCondition = conditionsOf(plan).flatMap(({ id }) =>
    cells.filter(({ representation }) => representation === id),
  );
  return [
    ...cells.map((cell) => [cell, baselineOf(plan, cell)] as const),
    ...byCondition
      .filter(({ model }) => model !== first?.id)
      .map((cell) => [cell, first && { ...cell, model: first.id }] as const),
  ].flatMap(([a, b]): [Cell, Cell][] => (b ? [[a, b]] : []));
}

type BareTest = Omit<SummaryTest, 'words' | 'adjusted' | 'finding'>;

function testCells(
  [a, b]: readonly [Cell, Cell],
  ofA: readonly CountedRecord[],
  ofB: readonly CountedRecord[],
  options: ResamplingOptions,
): BareTest[] {
  return MEASURES.filter(({ name }) => TESTED.includes(name)).flatMap((measure) => {
    const pair = paired(measure, ofA, ofB);
    const { length: dialogues } = pair.a;
    if (dialogues < FEWEST_CLUSTERS) return [];
    const { difference, p } = pairedTest(pair.value, pair.a, pair.b, options);
    return [{ metric: measure.name, a, b, difference: reported(difference, { n: pair.n, clusters: dialogues }), p }];
  });
}

/** A test of a table in a sentence; with `points` its difference is of scores from 0 to 100, with fewer decimals. */
export function testInWords(
  plan: EvaluationPlan,
  test: BareTest & { adjusted: number },
  tests: number,
  { permutations, points = false }: Pick<ResamplingOptions, 'permutations'> & { points?: boolean } = {},
): string {
  const measure = measureOf(test.metric);
  const digits = measure && measure.digits - (points && measure.fraction ? 2 : 0);
  const { common, a, b } = testNames(plan, test);
  const metric = `${measure?.label ?? test.metric} (${common})`;
  return describeTest({ metric, a, b }, testedDifference(test, tests, permutations), digits);
}

/** A test of a table as its sentence takes it, with the smallest p-value that it could give. */
export const testedDifference = (
  { difference, adjusted }: Pick<BareTest, 'difference'> & { adjusted: number },
  tests: number,
  permutations?: number,
): TestedDifference => ({ difference, p: adjusted, tests, least: tests * leastP(permutations) });

/** What the two cells of a test share, and what distinguishes them. */
export function testNames(
  plan: EvaluationPlan,
  { a, b }: Pick<BareTest, 'a' | 'b'>,
  conditionName = (id: string): string => conditionsOf(plan).find((each) => each.id === id)?.name ?? id,
): { common: string; a: string; b: string } {
  const nameOf = (cell: Cell, ofModel: boolean): string =>
    ofModel
      ? (plan.models.find(({ id }) => id === cell.model)?.name ?? cell.model)
      : conditionName(cell.representation);
  const sameModel = a.model === b.model;
  return { common: nameOf(a, sameModel), a: nameOf(a, !sameModel), b: nameOf(b, !sameModel) };
}
