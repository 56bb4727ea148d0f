import { describe, expect, it } from 'vitest';
import { listWebLlm } from '../../engines/webllm/catalogue.ts';
import { CARD } from '../../engines/testing/card.ts';
import { inWords } from '../components/format.ts';
import { largerModels, whyNoLarger } from './larger.ts';

describe('larger models', () => {
  it('are in WebLLM’s list, smallest first, in the arithmetic of the graphics device', async () => {
    const list = await listWebLlm();
    for (const half of [true, false]) {
      const offered = await largerModels(list, half, () => Promise.resolve({}));
      expect(offered.map(({ parameters }) => inWords(parameters))).toEqual([
        '360 million',
        '1 billion',
        '1.5 billion',
        '3 billion',
        '8 billion',
      ]);
      expect(offered.every(({ id }) => id.includes(half ? 'q4f16' : 'q4f32'))).toBe(true);
      const bytes = offered.map((model) => model.bytes);
      expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
      expect(Math.min(...bytes)).toBeGreaterThan(3e8);
    }
  });

  it('are stored if all of their bytes are', async () => {
    const list = await listWebLlm();
    const offered = await largerModels(list, true, (records) => {
      const [first, second] = records;
      return Promise.resolve({
        ...(first && { [first.id]: { files: first.bytes } }),
        ...(second && { [second.id]: { files: second.bytes - 1 } }),
      });
    });
    expect(offered.map(({ stored }) => stored)).toEqual([true, false, false, false, false]);
  });

  it('are refused with the reason', () => {
    expect(whyNoLarger(CARD)).toBeNull();
    expect(whyNoLarger({ available: false, reason: 'this browser has no WebGPU' })).toBe('this browser has no WebGPU');
    expect(whyNoLarger({ ...CARD, software: true, description: 'SwiftShader' })).toContain('SwiftShader');
  });
});
