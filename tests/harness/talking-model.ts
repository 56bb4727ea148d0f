import { join } from 'node:path';
import { exportCommand } from '../../trainer/commands/export.ts';
import { writeTalkingModel } from './tiny-model.ts';

/** Exports a tiny model that writes text, as `npm run trainer -- export` does, and returns the folder of the export. */
export async function exportTalkingModel(root: string, format: 'gguf' | 'onnx', dtype: string): Promise<string> {
  await writeTalkingModel(join(root, 'source'));
  const out = join(root, `tiny-${format}-${dtype}`);
  const flags = { in: join(root, 'source'), format, dtype, name: 'tiny', out };
  await exportCommand.run(
    [...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]), '--no-check'],
    () => undefined,
    new AbortController().signal,
  );
  return out;
}
