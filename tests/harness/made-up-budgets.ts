import { equalBudgetHistories } from '../../src/core/evaluation/equal-budget.ts';
import { conditionsOf, parsePlan } from '../../src/core/evaluation/plan.ts';
import { madeUpRecord } from '../../src/core/explorer/testing/made-up-run.ts';
import { aggregate } from '../../src/core/table/aggregate.ts';
import type { NodeLab } from './notebook-in-node.ts';
import { withRun } from './with-run.ts';

/** The budgets of the run, in tokens. */
export const MADE_UP_BUDGETS = [128, 512] as const;

const plan = parsePlan({
  format: 'solace-lab-plan',
  version: 1,
  name: 'Equal budgets, made up',
  dataset: { name: 'made up', source: 'solace-72' },
  sample: { seed: 1, dialogues: 8, turns: 1, replies: 0 },
  models: [{ kind: 'lab', id: 'm', name: 'M' }],
  representations: ['raw'],
  histories: equalBudgetHistories(MADE_UP_BUDGETS),
  metrics: { perplexity: true, meteor: false },
});
const conditions = conditionsOf(plan).map(({ id, name }) => ({ id, name }));
const records = conditions.flatMap(({ id }, c) =>
  Array.from({ length: 8 }, (_, d) =>
    madeUpRecord({
      model: 'm',
      representation: id,
      dialogue: `dialogue ${d + 1}`,
      hypothesis: null,
      // Conditions differ by other amounts in each dialogue, so that ratios have intervals.
      nll: { sum: 40 + c + ((d * (c + 3)) % 19), tokens: 16 },
      timing: { newTokens: 0, firstTokenMs: 0, decodeMs: 0, totalMs: 50, contextMs: c },
    }),
  ),
);
export const madeUpBudgets = aggregate(plan, records, { machine: 'a made-up machine', expected: records.length });

/** A `lab` that has one more committed run, which compares ways to spend the same number of tokens. */
export const withMadeUpBudgets = (lab: NodeLab): NodeLab =>
  withRun(lab, 'made-up-budgets', () => ({ plan, summary: madeUpBudgets, records, texts: false }));
