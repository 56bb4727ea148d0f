import { conditionsOf, type EvaluationPlan } from '../../core/evaluation/plan.ts';
import { replyMeasure } from '../../core/explorer/run-index.ts';

export const measureLabel = (name: string): string => replyMeasure(name)?.label ?? name;

/** A value of a measure with its decimals; a dash without one. */
export function valueText(name: string, value: number | null): string {
  return value === null || Number.isNaN(value) ? '–' : value.toFixed(replyMeasure(name)?.digits ?? 3);
}

/** A difference with its sign. */
export const differenceText = (name: string, value: number | null): string =>
  value === null ? '–' : `${value > 0 ? '+' : ''}${valueText(name, value)}`;

export const modelName = ({ models }: EvaluationPlan, id: string): string =>
  models.find((model) => model.id === id)?.name ?? id;

export const conditionName = (plan: EvaluationPlan, id: string): string =>
  conditionsOf(plan).find((condition) => condition.id === id)?.name ?? id;
