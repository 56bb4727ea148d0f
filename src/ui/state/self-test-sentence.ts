import type { LoadedInfo } from '../../core/engine/engine.ts';
import { engineWords } from '../texts/engine-words.ts';
import { shellTexts } from '../texts/shell.ts';

/** Whether a device was checked with a model, and if not, why; null for models that run elsewhere. */
export function selfTestSentence({ device, selfTest }: Pick<LoadedInfo, 'device' | 'selfTest'>): string | null {
  if (!selfTest) return null;
  const onGpu = device === 'webgpu';
  if (selfTest.passed) return onGpu ? shellTexts.checkedGpu : shellTexts.checkedProcessor;
  const why = engineWords(selfTest.why) ?? selfTest.why;
  return onGpu ? shellTexts.notCheckedGpu(why) : shellTexts.notCheckedProcessor(why);
}
