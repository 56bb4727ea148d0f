import { expect, it } from 'vitest';
import type { LoadedInfo, SelfTestOutcome } from '../../core/engine/engine.ts';
import { selfTestSentence } from './self-test-sentence.ts';

it.each<[LoadedInfo['device'], SelfTestOutcome | undefined, string | null]>([
  ['webgpu', { passed: true, against: 'manifest' }, 'Checked on this GPU.'],
  ['wasm', { passed: true, against: 'processor' }, 'Checked on this processor.'],
  ['webgpu', { passed: null, why: 'it is large' }, 'Not checked on this GPU: it is large.'],
  ['remote', undefined, null],
])('says whether the device was checked: %s, %o', (device, selfTest, sentence) => {
  expect(selfTestSentence({ device, ...(selfTest && { selfTest }) })).toBe(sentence);
});
