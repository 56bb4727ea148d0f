import { describeHistory } from '../../core/compression/history/create.ts';
import type { HistorySpec } from '../../core/compression/history/spec.ts';
import { REPRESENTATIONS, type RepresentationId } from '../../core/compression/representation.ts';
import { conditionsOf, type EvaluationPlan } from '../../core/evaluation/plan.ts';
import { CRITERIA, type CriterionId } from '../../core/judge/criteria.ts';
import { measureOf } from '../../core/table/measures.ts';
import { PROMPTS, type PromptId } from '../../lab/index.ts';
import { decimal, integer, percent } from '../components/format.ts';
import { terms } from './in-use.svelte.ts';
import type { Terms } from './terms.ts';

/** The name of a criterion, or of the mean over all, in the language in use. */
export const criterionName = (id: CriterionId | 'mean'): string =>
  terms()?.criteria[id] ?? (id === 'mean' ? 'Mean' : CRITERIA[id].name);

/** The label of a measure in the language in use; its name if it is unknown. */
export function measureLabel(name: string): string {
  const own = terms();
  const english = measureOf(name)?.label ?? name;
  if (!own) return english;
  const criterion = Object.entries(own.criteria).find(([id]) => name === `judge_${id}`);
  return criterion ? own.judged(criterion[1]) : (own.measures[name] ?? english);
}

/** A value of a measure with its decimals; a dash without one. */
export const valueText = (name: string, value: number | null): string =>
  value === null ? '–' : decimal(value, measureOf(name)?.digits ?? 3);

/** The same as tables are saved: for programs, whatever the language. */
export const plainValue = (name: string, value: number | null): string =>
  value === null || Number.isNaN(value) ? '–' : value.toFixed(measureOf(name)?.digits ?? 3);

/** Name and description of a judge's prompt in the language in use. */
export const promptTexts = (id: PromptId): { name: string; about: string } => terms()?.prompts[id] ?? PROMPTS[id];

/** A question of the seekers' survey in the language in use. */
export const questionText = (question: string): string => terms()?.questions[question] ?? question.replaceAll('_', ' ');

/** Name and summary of a way to shorten the whole conversation, in the language in use. */
export function historyTexts(spec: HistorySpec): { name: string; summary: string } {
  const own = terms();
  if (!own) return describeHistory(spec);
  const [name, summary] = namedHistory(spec, own.histories);
  return { name, summary };
}

function namedHistory(spec: HistorySpec, names: Terms['histories']): [name: string, summary: string] {
  const nameOf = (id: RepresentationId): string => REPRESENTATIONS[id].name;
  switch (spec.method) {
    case 'every':
      return names.every(nameOf(spec.representation) + (spec.keep ? ` (${spec.keep.join(', ')})` : ''));
    case 'last':
      return names.last(spec.k);
    case 'first-last':
      return names.ends(spec.first, spec.last);
    case 'summary':
      return spec.tokens === undefined
        ? names.summary(spec.keep, spec.keep + spec.block - 1)
        : names.summaryIn(integer(spec.tokens));
    case 'selective':
      return spec.tokens === undefined
        ? names.selective(percent(spec.drop))
        : names.selectiveIn(integer(spec.tokens), percent(spec.drop));
    case 'budget': {
      const forms = spec.representations.map(nameOf).join(names.then);
      return spec.first === undefined
        ? names.budget(forms, integer(spec.tokens))
        : names.budgetFirst(forms, integer(spec.tokens), spec.first);
    }
    case 'recall':
      return names.recall(nameOf(spec.representation), integer(spec.tokens), spec.most);
  }
}

/** The name of a model of a plan; its id if it is unknown. */
export const modelName = ({ models }: Pick<EvaluationPlan, 'models'>, id: string): string =>
  models.find((model) => model.id === id)?.name ?? id;

/** The name of a condition of a plan in the language in use; its id if it is unknown. */
export function conditionName(plan: Pick<EvaluationPlan, 'representations' | 'histories'>, id: string): string {
  const condition = conditionsOf(plan).find((each) => each.id === id);
  if (!condition) return id;
  return 'history' in condition ? historyTexts(condition.history).name : condition.name;
}

/** A model under a condition, as tables and figures name it: without the model's name where a plan has only one. */
export const groupName = (plan: EvaluationPlan, { model, condition }: { model: string; condition: string }): string =>
  plan.models.length > 1
    ? `${modelName(plan, model)}, ${conditionName(plan, condition)}`
    : conditionName(plan, condition);
