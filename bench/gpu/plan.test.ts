import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { divideTime, KINDS, LIMIT_SECONDS, planSchema, SPARE_SECONDS, type Plan } from './plan.ts';
import { trainingDialogues } from './prompts.ts';

const plan = (changes: Partial<Plan> = {}): Plan => ({
  version: 1,
  model: 'tiny',
  seconds: LIMIT_SECONDS,
  newTokens: 4,
  prompts: [
    {
      tokens: 48,
      rounds: [{ content: 'hello', rendered: '<|im_start|>hello' }],
      warmUp: { content: 'hi', rendered: '<|im_start|>hi' },
    },
  ],
  training: { dialogues: trainingDialogues(2), maxTokens: 128, layers: [0, 1], updates: 4 },
  measurements: divideTime(KINDS, LIMIT_SECONDS),
  ...changes,
});

describe('a plan', () => {
  it('gives every kind its time, and all of them end within the run', () => {
    const kinds = fc.subarray([...KINDS], { minLength: 1 });
    fc.assert(
      fc.property(kinds, fc.integer({ min: 60, max: LIMIT_SECONDS }), (wanted, seconds) => {
        const measurements = divideTime(wanted, seconds);
        expect(new Set(measurements.map(({ kind }) => kind))).toEqual(new Set(wanted));
        expect(measurements.every((each) => each.seconds > 0)).toBe(true);
        const sum = measurements.reduce((all, each) => all + each.seconds, 0);
        expect(sum).toBeLessThanOrEqual(seconds - SPARE_SECONDS);
        expect(planSchema.parse(plan({ seconds, measurements }))).toMatchObject({ seconds });
      }),
    );
  });

  it.each<[string, Partial<Plan>]>([
    ['is longer than the limit', { seconds: LIMIT_SECONDS + 1 }],
    ['measures for longer than it lasts', { measurements: [{ name: 'lab', kind: 'lab', seconds: LIMIT_SECONDS }] }],
    ['uses a name twice', { measurements: [1, 2].map(() => ({ name: 'lab', kind: 'lab', seconds: 5 })) }],
    ['has no prompt', { prompts: [] }],
    ['asks for one token, which has no speed', { newTokens: 1 }],
  ])('is refused if it %s', (_, changes) => {
    expect(planSchema.safeParse(plan()).success).toBe(true);
    expect(planSchema.safeParse(plan(changes)).success).toBe(false);
  });
});
