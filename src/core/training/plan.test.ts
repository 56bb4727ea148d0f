import { describe, expect, it } from 'vitest';
import { planRun } from './plan.ts';
import type { Sequence } from './sequence.ts';

const sequence = (id: number): Sequence => ({
  id: String(id),
  ids: new Int32Array(10),
  positions: new Int32Array(10),
  branches: new Int32Array(10),
  labelled: new Uint8Array(10),
});

describe('planRun', () => {
  // math.ceil(num_training_steps * warmup_ratio), as in Transformers' get_warmup_steps.
  it.each([
    [8, 0.03, 1],
    [10, 0.03, 1],
    [50, 0.03, 2],
    [100, 0.03, 3],
    [100, 0, 0],
  ])('warms %i updates up over a share of %f: %i', (updates, warmupShare, expected) => {
    const sequences = Array.from({ length: updates }, (_, i) => sequence(i));
    const { schedule } = planRun(
      sequences,
      { seed: 1, batchSequences: 1, batchTokens: 10, accumulate: 1 },
      { epochs: 1, schedule: 'cosine', learningRate: 1, warmupShare },
    );
    expect(schedule).toMatchObject({ total: updates, warmup: expected });
  });
});
