import { writeFile } from 'node:fs/promises';
import { compileKernels, kernelModule } from './compile.ts';

await writeFile(
  new URL('../../src/core/formats/simd/kernels.wasm.ts', import.meta.url),
  kernelModule(await compileKernels()),
);
