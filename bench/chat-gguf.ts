import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { sideFiles } from '../trainer/files/open.ts';
import { fileSource } from '../trainer/files/source.ts';
import { openExported } from '../src/core/formats/export/read.ts';
import { checkpointToGguf } from '../src/core/formats/gguf/from-checkpoint.ts';

/** Writes the embedded model's weights, block for block, as a GGUF in `folder` and returns its file name. */
export async function embeddedAsGguf(model: string, folder: string): Promise<string> {
  const graph = await readFile(join(model, 'onnx/model_q4.onnx'));
  const name = `${createHash('sha256').update(graph).digest('hex').slice(0, 12)}.gguf`;
  if (existsSync(join(folder, name))) return name;
  await mkdir(folder, { recursive: true });
  const checkpoint = await openExported(
    'embedded',
    graph,
    (location) => fileSource(join(model, 'onnx', location)),
    await sideFiles(model),
  );
  const partial = join(folder, `${name}.part`);
  const file = await open(partial, 'w');
  let bytes = 0;
  try {
    const sink = {
      write: async (piece: Uint8Array) => {
        await file.write(piece);
        bytes += piece.length;
      },
      close: () => Promise.resolve({ path: name, bytes, sha256: '' }),
    };
    await checkpointToGguf(checkpoint, sink, { name: 'embedded', type: 'keep' });
  } finally {
    await file.close();
  }
  await rename(partial, join(folder, name));
  return name;
}
