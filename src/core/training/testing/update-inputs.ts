import { corrections, STATE, UPDATE_INPUTS, type AdamWConfig } from '../graphs.ts';
import { array64, type Array64 } from '../ir/index.ts';
import type { AdapterTensor } from '../lora.ts';

/** The optimizer of the tests, with every setting in use. */
export const ADAMW: AdamWConfig = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.05, maxGradientNorm: 1 };

/**
 * Every input of the update graph in double precision. `data` gives the values of each tensor and its state; the key of
 * the adapter itself is ''.
 */
export function updateInputs(
  tensors: readonly AdapterTensor[],
  rate: number,
  step: number,
  data: (key: string, name: string, size: number) => ArrayLike<number>,
): Record<string, Array64> {
  const { correction1, correction2 } = corrections(ADAMW, step);
  const inputs: Record<string, Array64> = {
    [UPDATE_INPUTS.rate]: array64([1], [rate]),
    [UPDATE_INPUTS.correction1]: array64([1], [correction1]),
    [UPDATE_INPUTS.correction2]: array64([1], [correction2]),
  };
  for (const { name, shape } of tensors) {
    for (const key of ['', STATE.first, STATE.second, STATE.gradient])
      inputs[`${key}${name}`] = array64(shape, data(key, name, shape[0] * shape[1]));
  }
  return inputs;
}
