import { describeHistory } from '../compression/history/create.ts';
import type { EvaluationPlan } from '../evaluation/plan.ts';
import { turnKey, type ResultRecord } from '../evaluation/record.ts';

export interface ComparableRun {
  plan: EvaluationPlan;
  records: readonly ResultRecord[];
}

/**
 * Combines several runs for one table: their models appear side by side under the runs' names, and turns that two runs
 * share are paired in the tests. Turns of different datasets are never paired.
 */
export function combineRuns(runs: readonly [ComparableRun, ...ComparableRun[]]): {
  plan: EvaluationPlan;
  records: ResultRecord[];
} {
  const [first] = runs;
  const histories = new Map(
    runs.flatMap(({ plan }) => plan.histories ?? []).map((spec) => [describeHistory(spec).id, spec]),
  );
  const rename = (run: number, model: string) => `run${run + 1}.${model}`;
  const datasets = datasetsOf(runs);
  // Dialogues are named by number, which is not unique across datasets.
  const named = (run: number, dialogue: string) =>
    datasets[run] === 0 ? dialogue : `${dialogue} of dataset ${(datasets[run] ?? 0) + 1}`;
  return {
    plan: {
      ...first.plan,
      name: runs.map(({ plan }) => plan.name).join(' and '),
      models: runs.flatMap(({ plan }, run) =>
        plan.models.map((model) => ({ ...model, id: rename(run, model.id), name: `${model.name} (${plan.name})` })),
      ),
      representations: [...new Set(runs.flatMap(({ plan }) => plan.representations))],
      ...(histories.size > 0 && { histories: [...histories.values()] }),
    },
    records: runs.flatMap(({ records }, run) =>
      records.map((record) => ({ ...record, model: rename(run, record.model), dialogue: named(run, record.dialogue) })),
    ),
  };
}

/**
 * The dataset of each run, numbered from 0: runs that share turns have the same dataset if the original replies are the
 * same.
 */
function datasetsOf(runs: readonly ComparableRun[]): number[] {
  const datasets: { source: EvaluationPlan['dataset']; replies: Map<string, string> }[] = [];
  return runs.map(({ plan: { dataset: source }, records }) => {
    const replies = new Map(records.map((record) => [turnKey(record), record.reference]));
    const found = datasets.findIndex((each) => {
      const shared = [...replies].filter(([turn]) => each.replies.has(turn));
      if (shared.length > 0) return shared.every(([turn, reply]) => each.replies.get(turn) === reply);
      return each.source.source === source.source && each.source.sha256 === source.sha256;
    });
    const known = datasets[found];
    if (!known) return datasets.push({ source, replies }) - 1;
    for (const [turn, reply] of replies) known.replies.set(turn, reply);
    return found;
  });
}
