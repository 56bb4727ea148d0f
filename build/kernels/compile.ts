import { readFile } from 'node:fs/promises';
import asc from 'assemblyscript/asc';

const SOURCE = new URL('../../src/core/formats/simd/kernels.as', import.meta.url);

/** The module compiled from `src/core/formats/simd/kernels.as`. The same source gives the same bytes. */
export async function compileKernels(): Promise<Uint8Array> {
  const source = await readFile(SOURCE, 'utf8');
  let binary: Uint8Array | undefined;
  const said = asc.createMemoryStream();
  const { error } = await asc.main(
    ['kernels.ts', '--outFile', 'kernels.wasm', '-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd'],
    {
      readFile: (name) => (name === 'kernels.ts' ? source : null),
      writeFile: (_, contents) => {
        if (typeof contents !== 'string') binary = contents;
      },
      listFiles: () => [],
      stderr: said,
    },
  );
  if (error || !binary) throw new Error(`The kernels do not compile. ${said.toString()}`, { cause: error });
  return binary;
}

/** The TypeScript module that contains them, so that page, worker and Node load them in the same way. */
export function kernelModule(binary: Uint8Array): string {
  const lines =
    Buffer.from(binary)
      .toString('base64')
      .match(/.{1,100}/g) ?? [];
  return [
    '// Made by `npm run kernels` from kernels.as. Do not edit.',
    '',
    '/** The compiled kernels as base64. */',
    'export const KERNELS = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}
