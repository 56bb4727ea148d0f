import { describe, expect, it } from 'vitest';
import { madeUpPlan, madeUpRecord } from '../explorer/testing/made-up-run.ts';
import { aggregate } from './aggregate.ts';
import { inPoints } from './points.ts';

const TASK_TALK = 'Please press quit and take the survey.';
const records = Array.from({ length: 12 }, (_, d) =>
  ['raw', 'keypos'].map((representation, c) =>
    madeUpRecord({
      model: 'base',
      representation,
      dialogue: `dialogue ${d + 1}`,
      reference: d === 3 ? TASK_TALK : 'What happened?',
      nll: { sum: 8 + 4 * c + d / 10, tokens: 4 },
      scores: { rougeL: 0.3 - 0.1 * c + d / 100, chrf2: 30 + d },
    }),
  ),
).flat();
const summary = aggregate(madeUpPlan(), records, { machine: 'this one', expected: 24, resamples: 200 });
const points = inPoints(summary, 'here');

const cellOf = (of: typeof summary, condition: string) =>
  of.cells.find(({ model, representation }) => model === 'base' && representation === condition)?.metrics ?? {};
const testOf = (of: typeof summary, metric: string) =>
  of.tests.find((test) => test.metric === metric && test.a.representation === 'keypos');

describe('a table in points', () => {
  it('has fractions times 100 with their limits, and leaves ratios and all other measures alone', () => {
    const [before, after] = [cellOf(summary, 'keypos'), cellOf(points, 'keypos')];
    expect(after['rougeL']?.value).toBeCloseTo(25.5, 9);
    expect(after['rougeL']?.low).toBeCloseTo(100 * (before['rougeL']?.low ?? 0), 9);
    expect(after['rougeL']?.high).toBeCloseTo(100 * (before['rougeL']?.high ?? 0), 9);
    expect(after['rougeL']?.ratio).toEqual(before['rougeL']?.ratio);
    for (const name of ['perplexity', 'promptTokens', 'chrf2', 'newTokens']) expect(after[name]).toEqual(before[name]);
  });

  it('says the same in its sentences, in the unit of its numbers', () => {
    const [before, after] = [testOf(summary, 'rougeL'), testOf(points, 'rougeL')];
    expect(after?.difference.value).toBeCloseTo(-10, 9);
    expect([after?.finding, after?.p, after?.adjusted]).toEqual([before?.finding, before?.p, before?.adjusted]);
    expect(before?.words).toMatch(/KeyPOS is lower than Raw by 0\.1000 \(/);
    expect(after?.words).toMatch(/KeyPOS is lower than Raw by 10\.00 \(/);
    expect(testOf(points, 'perplexity')).toEqual(testOf(summary, 'perplexity'));
  });

  it('converts what changes without the talk of the crowd-workers’ task, if the summary has the tests', () => {
    const [test] = summary.tests.filter(({ metric }) => metric === 'rougeL');
    expect(summary.taskTalk?.turns).toBe(1);
    if (!test || !summary.taskTalk) throw new Error('No such test.');
    const taskTalk = { ...summary.taskTalk, tests: [test], changed: [test.words] };
    const converted = inPoints({ ...summary, taskTalk }, 'here').taskTalk;
    expect(converted?.words).toContain('by 10.00 (');
    expect(converted?.words).not.toContain('0.1000');
    const older = { ...summary.taskTalk, tests: undefined, changed: [test.words] };
    expect(inPoints({ ...summary, taskTalk: older }, 'here').taskTalk).toEqual(older);
  });
});
