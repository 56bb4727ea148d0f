import { contextBeforeWindow, parseConfig } from '../../core/formats/config.ts';
import { requireExported } from '../../core/formats/export/read.ts';
import type { FileSink } from '../../core/formats/export/sink.ts';
import { checkpointToGguf } from '../../core/formats/gguf/from-checkpoint.ts';
import { markedName } from '../../core/tokenizer/plain-text.ts';
import type { LoadOptions } from '../../core/engine/engine.ts';
import { openExportedFiles } from '../exported-files.ts';
import { readJson, type ModelFiles } from '../../core/engine/files.ts';
import { chooseVariant } from '../transformers/variants.ts';

/** Changes when converting gives other bytes for the same files. */
export const GGUF_VERSION = 1;

/**
 * The context window of a model in llama.cpp, which has no sliding windows: it ends where one would begin to count. Of
 * the weights only the graph is fetched.
 * @throws {LabError} `unsupported` for folders of other exporters, which cannot be converted.
 */
export async function convertibleWindow(files: ModelFiles, options: LoadOptions): Promise<number> {
  const { graph } = chooseVariant(files, 'wasm', false);
  await files.ensure(['config.json', graph], options);
  requireExported(files.name, new Uint8Array(await (await files.open(graph)).arrayBuffer()));
  return contextBeforeWindow(parseConfig(await readJson(files, 'config.json'), `${files.name}/config.json`));
}

/**
 * Losslessly converts the weights of an ONNX folder that this lab exported to a GGUF for llama.cpp, which reads
 * rendered prompts, with names of control tokens that no message can contain (`markControls`).
 * @throws {LabError} `unsupported` for folders of other exporters.
 */
export async function ggufFromOnnx(
  files: ModelFiles,
  sink: FileSink,
  { onProgress, signal }: LoadOptions,
): Promise<void> {
  const checkpoint = await openExportedFiles(files, {
    ...(onProgress ? { onProgress } : {}),
    ...(signal ? { signal } : {}),
  });
  await checkpointToGguf(checkpoint, sink, {
    name: files.name,
    type: 'keep',
    addStart: false,
    spell: markedName,
    onProgress: ({ done, total }) =>
      onProgress?.({ stage: 'Preparing the weights for llama.cpp', loadedBytes: done, totalBytes: total }),
    ...(signal ? { signal } : {}),
  });
}
