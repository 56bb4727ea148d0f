import { contextBeforeWindow } from '../../core/formats/config.ts';
import { memorySink } from '../../core/formats/export/memory-sink.ts';
import { checkpointToGguf } from '../../core/formats/gguf/from-checkpoint.ts';
import { markedName } from '../../core/tokenizer/plain-text.ts';
import type { LoadOptions } from '../../core/engine/engine.ts';
import { openExportedFiles } from '../exported-files.ts';
import type { ModelFiles } from '../../core/engine/files.ts';

/**
 * Losslessly converts the weights of an ONNX folder that this lab exported to a GGUF in memory, for llama.cpp, which
 * reads rendered prompts, with names of control tokens that no message can contain (`markControls`), and has no sliding
 * windows: `contextWindow` ends where one would begin to count.
 * @throws {LabError} `unsupported` for folders of other exporters.
 */
export async function ggufFromOnnx(
  files: ModelFiles,
  { onProgress, signal }: LoadOptions,
): Promise<{ gguf: Blob; contextWindow: number }> {
  const checkpoint = await openExportedFiles(files, {
    ...(onProgress ? { onProgress } : {}),
    ...(signal ? { signal } : {}),
  });
  const sink = memorySink('model.gguf');
  await checkpointToGguf(checkpoint, sink, {
    name: files.name,
    type: 'keep',
    addStart: false,
    spell: markedName,
    onProgress: ({ done, total }) =>
      onProgress?.({ stage: 'Preparing the weights for llama.cpp', loadedBytes: done, totalBytes: total }),
    ...(signal ? { signal } : {}),
  });
  return { gguf: sink.blob(), contextWindow: contextBeforeWindow(checkpoint.config) };
}
