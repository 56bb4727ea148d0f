import { expect, it } from 'vitest';
import { describeHistory } from '../compression/history/create.ts';
import { historySchema } from '../compression/history/spec.ts';
import { BUDGETS, equalBudgetHistories } from './equal-budget.ts';
import { conditionsOf, parsePlan } from './plan.ts';

it('compares seven ways to spend each budget, all different, in one plan', () => {
  const histories = equalBudgetHistories();
  const ids = histories.map((written) => describeHistory(historySchema.parse(written)).id);
  expect(new Set(ids).size).toBe(7 * BUDGETS.length);
  for (const tokens of BUDGETS) expect(ids.filter((id) => id.split('-').includes(String(tokens)))).toHaveLength(7);
  const plan = parsePlan({
    format: 'solace-lab-plan',
    version: 1,
    name: 'test',
    dataset: { name: 'made up', source: 'built-in' },
    models: [{ kind: 'folder', id: 'm', name: 'M', folder: '.' }],
    representations: ['raw'],
    histories,
  });
  expect(conditionsOf(plan)).toHaveLength(1 + 7 * BUDGETS.length);
});
