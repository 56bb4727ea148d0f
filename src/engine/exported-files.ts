import type { Checkpoint } from '../model/checkpoint/checkpoint.ts';
import { SIDE_FILES } from '../model/checkpoint/side-files.ts';
import { openExported } from '../model/export/read.ts';
import { blobSource } from '../model/source.ts';
import type { LoadOptions } from './engine.ts';
import { hasFile, type ModelFiles } from './files.ts';
import { readSideFiles } from './tokenizer/load.ts';
import { chooseVariant } from './transformers/variants.ts';

/**
 * The weights of an ONNX folder that this lab exported, fetched first where they are not here yet.
 * Throws `unsupported` for folders of other exporters.
 */
export async function openExportedFiles(files: ModelFiles, options: LoadOptions): Promise<Checkpoint> {
  const { graph, data } = chooseVariant(files, 'wasm', false);
  await files.ensure([...SIDE_FILES.filter((path) => hasFile(files, path)), graph, ...data], options);
  const side = await readSideFiles(files, SIDE_FILES);
  const model = new Uint8Array(await (await files.open(graph)).arrayBuffer());
  return openExported(
    files.name,
    model,
    async (location) => blobSource(location, await files.open(`onnx/${location}`)),
    side,
  );
}
