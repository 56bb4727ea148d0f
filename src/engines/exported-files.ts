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

/** In bytes. Graphs that this lab exported have their weights in other files and are smaller. */
const LARGEST_GRAPH = 8e6;

/**
 * The bytes of a graph, fetched if it is not here yet, if it is small enough to be one that this lab exported;
 * undefined for others, which are not fetched unless their size is unknown, and if there is none.
 */
export async function smallGraph(
  files: ModelFiles,
  path: string,
  options: LoadOptions,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const stated = files.list.find((file) => file.path === path)?.bytes;
  if (stated === undefined || stated > LARGEST_GRAPH) return undefined;
  await files.ensure([path], options);
  const graph = await files.open(path);
  return graph.size > LARGEST_GRAPH ? undefined : new Uint8Array(await graph.arrayBuffer());
}
