import type { LoadedInfo } from '../../core/engine/engine.ts';
import { shellTexts } from '../texts/shell.ts';

/** Whether a device was checked with a model, and if not, why; null for models that run elsewhere. */
export function selfTestSentence({ device, selfTest }: Pick<LoadedInfo, 'device' | 'selfTest'>): string | null {
  if (!selfTest) return null;
  const onGpu = device === 'webgpu';
  if (selfTest.passed) return onGpu ? shellTexts.checkedGpu : shellTexts.checkedProcessor;
  return onGpu ? shellTexts.notCheckedGpu(selfTest.why) : shellTexts.notCheckedProcessor(selfTest.why);
}
