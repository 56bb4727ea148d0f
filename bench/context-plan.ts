import { BUDGETS, equalBudgetHistories } from '../src/core/evaluation/equal-budget.ts';
import { parsePlan } from '../src/core/evaluation/plan.ts';
import type { Bench } from './bench.ts';

/** More than the middle one of the budgets in tokens, so that most budgets cannot hold the whole conversation. */
const WORDS_BEFORE = 240;

/**
 * Prints the plan of a run that compares ways to spend the same number of tokens on a conversation. `lab evaluate`
 * carries it out, resumes it, and keeps a record per dialogue, turn and way.
 */
export const writeContextPlan: Bench = async ([
  source = 'solace-test',
  dialogues = '100',
  turns = '1',
  folder = 'solace',
  ...tokens
]) => {
  const plan = parsePlan({
    format: 'solace-lab-plan',
    version: 1,
    name: `Equal budgets, ${source}`,
    note: 'The perplexity of the next reply at equal numbers of tokens of context, by how they are spent.',
    dataset: { name: source, source },
    sample: { seed: 1, dialogues: Number(dialogues), turns: Number(turns), minWordsBefore: WORDS_BEFORE, replies: 0 },
    models: [{ kind: 'folder', id: 'model', name: folder, folder, template: 'chatml' }],
    representations: ['raw'],
    histories: equalBudgetHistories(tokens.length > 0 ? tokens.map(Number) : BUDGETS),
    metrics: { perplexity: true, meteor: false },
  });
  process.stdout.write(`${JSON.stringify(plan, null, 2)}\n`);
  await Promise.resolve();
};
