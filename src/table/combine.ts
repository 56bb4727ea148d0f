import { historyFace } from '../representation/history/create.ts';
import type { EvaluationPlan } from '../response/plan.ts';
import type { ResultRecord } from '../response/record.ts';

export interface ComparableRun {
  plan: EvaluationPlan;
  records: readonly ResultRecord[];
}

/**
 * Several runs as one, so that one table compares them: their models stand side by side under the runs' names, and turns
 * that both have answered are paired in the tests.
 */
export function combineRuns(runs: readonly [ComparableRun, ...ComparableRun[]]): { plan: EvaluationPlan; records: ResultRecord[] } {
  const [first] = runs;
  const histories = new Map(runs.flatMap(({ plan }) => plan.histories ?? []).map((spec) => [historyFace(spec).id, spec]));
  const rename = (run: number, model: string) => `run${run + 1}.${model}`;
  return {
    plan: {
      ...first.plan,
      name: runs.map(({ plan }) => plan.name).join(' and '),
      models: runs.flatMap(({ plan }, run) => plan.models.map((model) => ({ ...model, id: rename(run, model.id), name: `${model.name} (${plan.name})` }))),
      representations: [...new Set(runs.flatMap(({ plan }) => plan.representations))],
      ...(histories.size > 0 && { histories: [...histories.values()] }),
    },
    records: runs.flatMap(({ records }, run) => records.map((record) => ({ ...record, model: rename(run, record.model) }))),
  };
}
