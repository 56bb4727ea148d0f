import { conditionsOf, type EvaluationPlan } from '../evaluation/plan.ts';
import { groupBy } from '../group.ts';
import type { TurnRow } from './run-index.ts';

/** One model under one condition, as figures name it. */
export interface ReplyGroup {
  model: string;
  condition: string;
  /** Without the model's name where the plan has only one. */
  name: string;
}

/** A group with its replies. */
export interface GroupedRows {
  group: ReplyGroup;
  rows: TurnRow[];
}

/** Every model under every condition that has replies, in the order of the plan. */
export function groupRows(plan: EvaluationPlan, rows: readonly TurnRow[]): GroupedRows[] {
  const key = (model: string, condition: string) => JSON.stringify([model, condition]);
  const byCell = groupBy(rows, ({ record }) => key(record.model, record.representation));
  return plan.models.flatMap((model) =>
    conditionsOf(plan).flatMap((condition) => {
      const together = byCell.get(key(model.id, condition.id));
      const name = plan.models.length > 1 ? `${model.name}, ${condition.name}` : condition.name;
      return together ? [{ group: { model: model.id, condition: condition.id, name }, rows: together }] : [];
    }),
  );
}
