import { LabError, throwIfCancelled } from '../../core/error.ts';
import type { LoadOptions } from '../../core/engine/engine.ts';
import { runtimeFault } from '../../core/engine/faults.ts';
import type { ModelFiles } from '../../core/engine/files.ts';
import { loadEndTokens, loadShape } from '../../core/engine/load-config.ts';
import { loadChatTokenizer } from '../../core/engine/load-tokenizer.ts';
import { estimateMemory, refuseTooLarge } from '../../core/engine/memory.ts';
import { requireExported } from '../../core/formats/export/read.ts';
import { widen, type WidenedModel } from '../../core/formats/export/widened.ts';
import { openExportedFiles } from '../exported-files.ts';
import { fetchAhead } from '../fetch-ahead.ts';
import { ortFiles, type OrtPlace } from '../ort.ts';
import { deviceLimits } from '../transformers/load.ts';
import { LOGITS_ROWS, OrtModel } from '../transformers/ort-model.ts';
import { chooseVariant } from '../transformers/variants.ts';
import { HeapDecoder } from './heap-decoder.ts';
import { openHeapSession, openOrtHeap } from './ort-heap.ts';
import { requireModest } from './memory.ts';

/** Begins to fetch ONNX Runtime, so that it arrives beside the weights. */
export function fetchOrt(ortBase: string, signal?: AbortSignal): void {
  fetchOrt(ortBase, signal);
}

/**
 * Loads an ONNX folder of this lab's exporter on the processor, with its weights widened to 32-bit floats. They never
 * exist as a whole outside of the Wasm heap: each is made from its stored blocks when ONNX Runtime asks for it.
 * @throws {LabError} `unsupported` for other folders and too many weights, `out-of-memory` or `cancelled`.
 */
export async function loadWide(
  files: ModelFiles,
  modelId: string,
  { ortBase, threads, onProgress, signal }: LoadOptions & OrtPlace,
): Promise<OrtModel> {
  const options = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
  const { graph } = chooseVariant(files, 'wasm', false);
  await files.ensure(['config.json', graph], options);
  const model = new Uint8Array(await (await files.open(graph)).arrayBuffer());
  requireExported(files.name, model);
  fetchAhead(ortFiles('wasm', ortBase).wasm, signal);
  const checkpoint = await openExportedFiles(files, options);
  const { initializers } = requireExported(files.name, model).graph;
  const blobs = new Map<string, Blob>();
  for (const { external } of initializers)
    if (external && !blobs.has(external.location))
      blobs.set(external.location, await files.open(`onnx/${external.location}`));
  const widened = await widen(model, checkpoint, readerOf(blobs));
  requireModest(modelId, widened.bytes);
  const shape = await loadShape(files);
  const needs = { ...shape, weightBytes: widened.bytes, cacheElementBytes: 4, logitsRows: LOGITS_ROWS, inPlace: true };
  refuseTooLarge(modelId, estimateMemory(needs, 'wasm'), deviceLimits('wasm'));
  const progress = (loadedBytes: number) =>
    onProgress?.({ stage: 'Loading the weights into memory', loadedBytes, totalBytes: widened.bytes });
  const tokenizer = await loadChatTokenizer(files);
  const endIds = await loadEndTokens(files);
  throwIfCancelled(signal);
  progress(0);
  try {
    const heap = await openOrtHeap({ ortBase, threads });
    const session = await openHeapSession(heap, widened.graph, widened.location, counted(widened, progress));
    const decoder = new HeapDecoder(heap, session, shape);
    if (signal?.aborted) {
      await decoder.release();
      throw LabError.cancelled();
    }
    onProgress?.({ stage: 'Ready', loadedBytes: widened.bytes, totalBytes: widened.bytes });
    return new OrtModel({
      info: { modelId, device: 'wasm', contextWindow: shape.contextLength },
      tokenizer,
      decoder,
      eosIds: new Set(endIds),
      health: () => undefined,
      release: () => decoder.release(),
    });
  } catch (error) {
    throw runtimeFault(error, modelId, 'wasm');
  }
}

/** Reports how much has been read, up to the last byte, which means that the model is ready. */
function counted({ bytes, read }: WidenedModel, progress: (loadedBytes: number) => void) {
  let done = 0;
  return {
    byteLength: bytes,
    subarray(from: number, to: number): Uint8Array {
      done += to - from;
      progress(Math.min(done, bytes - 1));
      return read(from, to - from);
    },
  };
}

/** Reads ranges of files while Wasm waits, which workers can do. */
function readerOf(blobs: ReadonlyMap<string, Blob>) {
  const reader = new FileReaderSync();
  return (location: string, offset: number, length: number): Uint8Array => {
    const blob = blobs.get(location) ?? new Blob();
    return new Uint8Array(reader.readAsArrayBuffer(blob.slice(offset, offset + length)));
  };
}
