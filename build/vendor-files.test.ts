import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { locate } from './vendor-files.ts';

describe('locate', () => {
  it('finds files that the exports of a package hide', () => {
    const path = locate({ package: '@wllama/wllama', file: 'esm/wasm/wllama.wasm' });
    expect(existsSync(path)).toBe(true);
  });

  it('says which file of which package is missing', () => {
    const missing = { package: 'onnxruntime-web', file: 'dist/none.wasm' };
    expect(() => locate(missing)).toThrow(/onnxruntime-web has no dist\/none.wasm/);
  });
});
