import type { LoadProgress } from '../../src/core/engine/engine.ts';
import { openExportedFiles } from '../../src/engines/exported-files.ts';
import type { OnnxRecord } from '../../src/core/engine/record.ts';
import { memorySink } from '../../src/engines/wllama/from-onnx.ts';
import { recordFiles } from '../engine/loaders.ts';
import { checkpointToGguf } from '../../src/core/formats/gguf/from-checkpoint.ts';
import { blobSource } from '../../src/core/formats/source.ts';
import type { Method } from '../../src/rpc/protocol.ts';
import type { Handlers } from '../../src/rpc/server.ts';
import { mergedCheckpoint, openAdapter } from '../../src/core/training/merge/index.ts';
import { ADAPTER_CONFIG, ADAPTER_FILE } from '../../src/core/training/peft-config.ts';

/** A model of the lab, the lab's URL, and an adapter as PEFT's two files. */
export interface MergeTask {
  record: OnnxRecord;
  base: string;
  /** Name of the merged model. */
  name: string;
  adapter: Map<string, Blob>;
}

export type TunedApi = {
  merge: Method<MergeTask, Blob, LoadProgress>;
};

export const tunedHandlers: Handlers<TunedApi> = {
  async merge({ record, base, name, adapter }, { signal, emit }) {
    const files = await recordFiles(record, base, { onProgress: emit, signal });
    const checkpoint = await openExportedFiles(files, { onProgress: emit, signal });
    const settings = (await adapter.get(ADAPTER_CONFIG)?.text()) ?? '{}';
    const weights = blobSource(ADAPTER_FILE, adapter.get(ADAPTER_FILE) ?? new Blob());
    const merged = mergedCheckpoint(checkpoint, [{ adapter: await openAdapter(name, settings, weights), weight: 1 }]);
    const sink = memorySink();
    await checkpointToGguf(merged, sink, {
      name,
      type: 'keep',
      addStart: false,
      signal,
      onProgress: ({ done, total }) => emit({ stage: 'Merging the adapter', loadedBytes: done, totalBytes: total }),
    });
    return sink.blob();
  },
};
