import { describe, expect, it } from 'vitest';
import { GRADIENT_NORM, STATE, updateGraph } from './graphs.ts';
import { evaluate } from './ir/index.ts';
import type { AdapterTensor } from './lora.ts';
import { ADAMW, updateInputs } from './testing/update-inputs.ts';

describe('the update', () => {
  it('equals clip_grad_norm_ and AdamW of torch 2.13 over three steps', () => {
    const tensors: AdapterTensor[] = [
      { name: 'a', matrix: 'A', shape: [1, 3] },
      { name: 'b', matrix: 'B', shape: [2, 1] },
    ];
    const grads = [
      { a: [0.3, -0.2, 0.9], b: [0.4, 1.2] },
      { a: [0.01, 0.02, -0.03], b: [0.02, -0.01] },
      { a: [-2, 1, 0.5], b: [0.3, 0.7] },
    ];
    const recorded = [
      {
        norm: 1.5937377450509227,
        a: [0.3975000053124622, -0.8950000079686931, 1.8900000017708207],
        b: [-0.0004999960156533007, -0.29899999867188437],
      },
      {
        norm: 0.04358898943540674,
        a: [0.3610757679019498, -0.8655363106038068, 1.8537941145601582],
        b: [-0.03685268305133756, -0.3312580999322943],
      },
      {
        norm: 2.414539293529927,
        a: [0.37074442521703554, -0.8744189353128449, 1.8384039725939638],
        b: [-0.05255239910341196, -0.3450439327969865],
      },
    ];
    const state = new Map<string, ArrayLike<number>>([
      ['a', [0.5, -1, 2]],
      ['b', [0.1, -0.2]],
    ]);
    [0.1, 0.05, 0.02].forEach((rate, i) => {
      const inputs = updateInputs(tensors, rate, i + 1, (key, name, size) =>
        key === STATE.gradient
          ? (grads[i]?.[name as 'a' | 'b'] ?? [])
          : (state.get(`${key}${name}`) ?? new Array<number>(size).fill(0)),
      );
      const result = evaluate(updateGraph(tensors, ADAMW), inputs);
      expect(result[GRADIENT_NORM]?.data[0]).toBeCloseTo(recorded[i]?.norm ?? NaN, 12);
      for (const [name, value] of Object.entries(result)) state.set(name.slice(STATE.next.length), value.data);
      for (const name of ['a', 'b'] as const) {
        recorded[i]?.[name].forEach((value, k) => expect(state.get(name)?.[k]).toBeCloseTo(value, 10));
      }
    });
  });
});
