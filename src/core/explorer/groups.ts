import { conditionsOf, type EvaluationPlan } from '../evaluation/plan.ts';
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
  const byCell = new Map<string, TurnRow[]>();
  const key = (model: string, condition: string) => JSON.stringify([model, condition]);
  for (const row of rows) {
    const cell = key(row.record.model, row.record.representation);
    const together = byCell.get(cell);
    if (together) together.push(row);
    else byCell.set(cell, [row]);
  }
  return plan.models.flatMap((model) =>
    conditionsOf(plan).flatMap((condition) => {
      const together = byCell.get(key(model.id, condition.id));
      const name = plan.models.length > 1 ? `${model.name}, ${condition.name}` : condition.name;
      return together ? [{ group: { model: model.id, condition: condition.id, name }, rows: together }] : [];
    }),
  );
}
