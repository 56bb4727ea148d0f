import type { LoadProgress } from '../engine/engine.ts';
import { openExportedFiles } from '../engine/exported-files.ts';
import type { OnnxRecord } from '../engine/record.ts';
import { memorySink } from '../engine/wllama/from-onnx.ts';
import { recordFiles } from '../engine/worker/loaders.ts';
import { checkpointToGguf } from '../model/gguf/from-checkpoint.ts';
import { blobSource } from '../model/source.ts';
import type { Method } from '../rpc/protocol.ts';
import type { Handlers } from '../rpc/server.ts';
import { mergedCheckpoint, openAdapter } from '../train/merge/index.ts';
import { ADAPTER_CONFIG, ADAPTER_FILE } from '../train/peft-config.ts';

/** A model of the lab, where the lab lies, and an adapter as PEFT's two files. */
export interface MergeTask {
  record: OnnxRecord;
  base: string;
  /** Of the model that comes out. */
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
