import type { LoadedInfo } from '../../core/engine/engine.ts';

/** Whether a device was checked with a model, and if not, why; null for models that run elsewhere. */
export function selfTestSentence({ device, selfTest }: Pick<LoadedInfo, 'device' | 'selfTest'>): string | null {
  if (!selfTest) return null;
  const place = device === 'webgpu' ? 'this GPU' : 'this processor';
  return selfTest.passed ? `Checked on ${place}.` : `Not checked on ${place}: ${selfTest.why}.`;
}
