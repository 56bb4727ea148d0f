import type { SideFiles } from '../../model/checkpoint/checkpoint.ts';
import { openExported } from '../../model/export/read.ts';
import type { FileSink } from '../../model/export/sink.ts';
import { checkpointToGguf } from '../../model/gguf/from-checkpoint.ts';
import { blobSource } from '../../model/source.ts';
import type { LoadOptions } from '../engine.ts';
import type { ModelFiles } from '../files.ts';
import { chooseVariant } from '../transformers/variants.ts';

const SIDE_FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'generation_config.json'];

/**
 * Writes the weights of an ONNX folder that this lab exported as a GGUF, in memory and without loss, for llama.cpp.
 * Throws `unsupported` for folders of other exporters.
 */
export async function ggufFromOnnx(files: ModelFiles, { onProgress, signal }: LoadOptions): Promise<Blob> {
  const { graph, data } = chooseVariant(files, 'wasm', false);
  const side: SideFiles = new Map();
  const present = SIDE_FILES.filter((path) => files.list.some((file) => file.path === path));
  await files.ensure([...present, graph, ...data], { ...(onProgress ? { onProgress } : {}), ...(signal ? { signal } : {}) });
  for (const path of present) side.set(path, await (await files.open(path)).text());
  const model = new Uint8Array(await (await files.open(graph)).arrayBuffer());
  const openData = async (location: string) => blobSource(location, await files.open(`onnx/${location}`));
  const checkpoint = await openExported(files.name, model, openData, side);

  const sink = memorySink();
  await checkpointToGguf(checkpoint, sink, {
    name: files.name,
    type: 'keep',
    onProgress: ({ done, total }) => onProgress?.({ stage: 'Preparing the weights for llama.cpp', loadedBytes: done, totalBytes: total }),
    ...(signal ? { signal } : {}),
  });
  return sink.blob();
}

/** Collects what is written in pieces; nothing is hashed, because nothing is kept. */
function memorySink(): FileSink & { blob(): Blob } {
  const parts: Blob[] = [];
  return {
    async write(bytes) {
      // The writer reuses its buffers, so a blob takes its own copy.
      parts.push(new Blob([bytes.slice()]));
    },
    close: () => Promise.resolve({ path: 'model.gguf', bytes: parts.reduce((sum, { size }) => sum + size, 0), sha256: '' }),
    blob: () => new Blob(parts),
  };
}
