import type { Checkpoint, SideFiles } from '../model/checkpoint/checkpoint.ts';
import { openExported } from '../model/export/read.ts';
import { blobSource } from '../model/source.ts';
import type { LoadOptions } from './engine.ts';
import { hasFile, type ModelFiles } from './files.ts';
import { chooseVariant } from './transformers/variants.ts';

const SIDE_FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'generation_config.json'];

/**
 * The weights of an ONNX folder that this lab exported, fetched first where they are not here yet.
 * Throws `unsupported` for folders of other exporters.
 */
export async function openExportedFiles(files: ModelFiles, options: LoadOptions): Promise<Checkpoint> {
  const { graph, data } = chooseVariant(files, 'wasm', false);
  const side: SideFiles = new Map();
  const present = SIDE_FILES.filter((path) => hasFile(files, path));
  await files.ensure([...present, graph, ...data], options);
  for (const path of present) side.set(path, await (await files.open(path)).text());
  const model = new Uint8Array(await (await files.open(graph)).arrayBuffer());
  return openExported(files.name, model, async (location) => blobSource(location, await files.open(`onnx/${location}`)), side);
}
