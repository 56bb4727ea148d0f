import { expect, it } from 'vitest';
import { bytesKept, bytesToLoad, DEFAULT, EMBEDDED, type ListedModel } from './listed-models.ts';

const gguf: ListedModel = { id: 'g', name: 'G', summary: '', bytes: 300, format: 'gguf' };

it('what is kept is not less than what was measured: adapter, base, and what is prepared for llama.cpp', () => {
  expect(bytesToLoad(DEFAULT)).toBe(DEFAULT.bytes + (DEFAULT.base?.bytes ?? 0));
  // Loaded once without WebGPU, Solace 135M kept 148 MB of its own, next to the 116 MB of its base.
  const measured = 264e6;
  expect(bytesKept(DEFAULT)).toBeGreaterThan(measured);
  expect(bytesKept(DEFAULT)).toBeLessThan(1.05 * measured);
  expect(bytesKept({ ...DEFAULT, storedBytes: 148e6 })).toBe(148e6 + (DEFAULT.base?.bytes ?? 0));
  // Its own file alone says nothing about what is prepared.
  expect(bytesKept({ ...DEFAULT, storedBytes: DEFAULT.bytes })).toBe(bytesKept(DEFAULT));
  const [base] = EMBEDDED;
  expect(base && bytesKept(base)).toBeGreaterThan(2 * (base?.bytes ?? 0));
  expect(bytesKept(gguf)).toBe(300);
});
