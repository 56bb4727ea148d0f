import type { RunSummary } from '../../src/core/table/summary.ts';
import { inPoints } from '../../src/core/table/points.ts';
import type { ResultRecord } from '../../src/core/evaluation/record.ts';
import { conditionsOf, type EvaluationPlan } from '../../src/core/evaluation/plan.ts';
import type { ListedRun } from '../../src/lab/notebooks/runs.ts';
import type { NodeLab } from './notebook-in-node.ts';

/** A made-up run as a notebook finds it. */
export interface MadeUpRun {
  plan: EvaluationPlan;
  summary: RunSummary;
  records: readonly ResultRecord[];
  /** Whether its records have the texts of replies. */
  texts: boolean;
}

/** A `lab` that has one more committed run. */
export const withRun = (lab: NodeLab, id: string, open: () => MadeUpRun | Promise<MadeUpRun>): NodeLab => ({
  ...lab,
  runs: async (...given) => {
    const { plan, records, texts } = await open();
    const listed: ListedRun = {
      id,
      name: plan.name,
      committed: true,
      dataset: plan.dataset.name,
      models: plan.models.map((model) => ({ id: model.id, name: model.name })),
      conditions: conditionsOf(plan).map((condition) => ({ id: condition.id, name: condition.name })),
      records: records.length,
      texts,
      finished: true,
      createdAt: null,
    };
    return [...((await lab['runs']?.(...given)) as ListedRun[]), listed];
  },
  summary: async (...given) => (given[0] === id ? inPoints((await open()).summary, id) : lab['summary']?.(...given)),
  records: async (...given) => (given[0] === id ? (await open()).records : lab['records']?.(...given)),
});
