import { LabError, type LabErrorDetail } from '../error.ts';
import type { Device } from './engine.ts';

const RETRY = 'The model is loaded again when you retry; your conversation is kept.';

/** Matches where one of `patterns` does, whatever the case of letters. */
const anyOf = (...patterns: RegExp[]): RegExp => new RegExp(patterns.map(({ source }) => source).join('|'), 'i');

const FAULTS: { pattern: RegExp; detail: Omit<LabErrorDetail, 'where'> }[] = [
  {
    pattern: anyOf(
      /device (was |is )?(lost|destroyed)/,
      /lost.*device/,
      /DXGI_ERROR_DEVICE/,
      /instance (was )?dropped/,
      /GPU connection lost/,
      /external Instance reference no longer exists/,
    ),
    detail: { code: 'device-lost', what: 'The graphics device was lost.', todo: RETRY },
  },
  {
    pattern: anyOf(
      /out of memory|\bOOM\b|ERROR_OUT_OF/,
      /bad_alloc/,
      /allocation (failed|failure|size overflow)/,
      /failed to allocate|could not allocate/,
      /memory access out of bounds/,
      /array buffer allocation/,
      /mapping of buffer failed/,
      /invalid typed array length/,
    ),
    detail: {
      code: 'out-of-memory',
      what: 'There was not enough memory to run the model.',
      todo: 'Close other tabs, shorten the context or choose a smaller model; it is loaded again when you retry.',
    },
  },
];

/** Turns a runtime's error into a LabError that distinguishes memory and device failures from others. */
export function runtimeFault(error: unknown, modelId: string, device: Device): LabError {
  if (error instanceof LabError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const fault = FAULTS.find(({ pattern }) => pattern.test(message));
  if (fault) return new LabError({ ...fault.detail, where: modelId }, { cause: error });
  return LabError.from(error, {
    code: 'unsupported',
    where: modelId,
    what: `The model failed on ${device}`,
    todo: device === 'webgpu' ? 'Try it on Wasm instead.' : 'Export the model again or choose another one.',
  });
}

/** The error for impossible logits (see `logitsFault`), which on a graphics device indicate lost memory. */
export function brokenLogits(fault: 'not-finite' | 'constant', modelId: string, device: Device): LabError {
  const sign = fault === 'constant' ? 'all its scores are equal' : 'its scores are not numbers';
  if (device === 'webgpu') {
    return new LabError({
      code: 'device-lost',
      where: modelId,
      what:
        `The graphics device returned nonsense (${sign}), which happens when its memory runs out; the reply was ` +
        'stopped.',
      todo: `Close other tabs or choose Wasm. ${RETRY}`,
    });
  }
  return new LabError({
    code: 'bad-file',
    where: modelId,
    what: `The model computes nonsense (${sign}); its weights are damaged or do not fit its graph.`,
    todo: 'Load or export the model again.',
  });
}

/** Whether the worker must be restarted, because its state cannot be trusted after this error. */
export function needsRestart(error: unknown): boolean {
  return error instanceof LabError && ['device-lost', 'out-of-memory', 'worker-lost'].includes(error.code);
}

/** The error for a request to a model that was unloaded. */
export const unloadedModel = (modelId: string): LabError =>
  new LabError({ code: 'unsupported', where: modelId, what: 'The model was unloaded.', todo: 'Load it again.' });
