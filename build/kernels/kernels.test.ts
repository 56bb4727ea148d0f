import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { compileKernels, kernelModule } from './compile.ts';

it('the committed kernels are what their source compiles to', async () => {
  const committed = await readFile(new URL('../../src/core/formats/simd/kernels.wasm.ts', import.meta.url), 'utf8');
  const binary = await compileKernels();
  expect(committed).toBe(kernelModule(binary));
  expect(WebAssembly.Module.exports(new WebAssembly.Module(Uint8Array.from(binary))).map(({ name }) => name)).toEqual(
    expect.arrayContaining(['encode4', 'encode8', 'memory', 'product', 'search4', 'search8', 'widen4', 'widen8']),
  );
});
