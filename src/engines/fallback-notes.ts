import type { LabError } from '../core/error.ts';

/** What is said of a model that runs with its weights as they are stored, because it failed with widened ones. */
export function withoutWidening({ code, detail: { what } }: LabError): string {
  const why =
    code === 'wrong-numbers'
      ? 'ONNX Runtime computed wrong numbers with widened weights on this processor'
      : code === 'out-of-memory'
        ? 'there is too little memory to widen the weights'
        : `ONNX Runtime failed with widened weights: ${what.replace(/\.$/, '')}`;
  return `Replies are slower than they could be, because ${why}.`;
}

/** What is said of a model that would run in llama.cpp, but failed the self-test there. */
export const WITHOUT_LLAMA = 'Runs with ONNX Runtime, because llama.cpp computed wrong numbers on this processor.';
