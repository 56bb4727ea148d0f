import type { Checkpoint } from '../core/formats/checkpoint/checkpoint.ts';
import { SIDE_FILES } from '../core/formats/checkpoint/side-files.ts';
import { openExported } from '../core/formats/export/read.ts';
import { windowedSources } from '../core/formats/source.ts';
import type { LoadOptions } from '../core/engine/engine.ts';
import { hasFile, type ModelFiles } from '../core/engine/files.ts';
import { readSideFiles } from '../core/engine/load-tokenizer.ts';
import { chooseVariant, type VariantFiles } from './transformers/variants.ts';

/**
 * The weights of an ONNX folder that this lab exported; fetched if they are not here yet. Without `weights` they are
 * fetched when they are read, for a look at names and shapes.
 * @throws {LabError} `unsupported` for folders of other exporters.
 */
export async function openExportedFiles(
  files: ModelFiles,
  {
    weights = true,
    variant: { graph, data } = chooseVariant(files, 'wasm', false),
    ...options
  }: LoadOptions & { weights?: boolean; variant?: VariantFiles },
): Promise<Checkpoint> {
  const wanted = [...SIDE_FILES.filter((path) => hasFile(files, path)), graph, ...(weights ? data : [])];
  await files.ensure(wanted, options);
  const side = await readSideFiles(files, SIDE_FILES);
  const model = new Uint8Array(await (await files.open(graph)).arrayBuffer());
  const open = windowedSources();
  return openExported(
    files.name,
    model,
    async (location) => open(location, await files.open(`onnx/${location}`)),
    side,
  );
}
