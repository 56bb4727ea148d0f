import { join } from 'node:path';
import { exportCommand } from '../../trainer/commands/export.ts';

/** Exports the model in the folder `from` of `root` to another folder there, whose path it returns. */
export async function exportTiny(root: string, from: string, format: 'gguf' | 'onnx', dtype: string): Promise<string> {
  const out = join(root, `${from}-${format}-${dtype}`);
  await exportCommand.run(
    ['--in', join(root, from), '--format', format, '--dtype', dtype, '--name', 'tiny', '--out', out, '--no-check'],
    () => undefined,
    new AbortController().signal,
  );
  return out;
}
