import { LabError, throwIfCancelled } from '../../core/error.ts';
import type { LoadOptions } from '../../core/engine/engine.ts';
import { runtimeFault } from '../../core/engine/faults.ts';
import { hasFile, type ModelFiles } from '../../core/engine/files.ts';
import { loadChatTokenizer } from '../../core/engine/load-tokenizer.ts';
import { TOKENIZER_FILES } from '../../core/formats/checkpoint/side-files.ts';
import { widen, type WidenedModel } from '../../core/formats/export/widened.ts';
import { freeNow } from '../../core/formats/free-now.ts';
import { openExportedFiles } from '../exported-files.ts';
import type { OrtPlace } from '../ort.ts';
import { OrtModel } from '../transformers/ort-model.ts';
import { chooseVariant } from '../transformers/variants.ts';
import { HeapDecoder } from './heap-decoder.ts';
import { type ExternalFile, openOrtHeap } from './ort-heap.ts';
import { warmUpCode } from './warm-up.ts';
import { WeightFiles } from './weight-files.ts';

interface WideOptions {
  /** Have ONNX Runtime's code optimised while the files arrive; of use for a first load, which waits longest. */
  warmUp?: boolean;
}

/**
 * Loads an ONNX folder for which `widenedBytes` is defined on the processor, with its weights widened to 32-bit floats.
 * They never exist as a whole outside of the Wasm heap: each is made from its stored blocks when ONNX Runtime asks for
 * it.
 * @throws {LabError} `missing-file`, `out-of-memory`, `unsupported` when ONNX Runtime fails, or `cancelled`.
 */
export async function loadWide(
  files: ModelFiles,
  modelId: string,
  { ortBase, threads, warmUp = false, ...options }: LoadOptions & OrtPlace & WideOptions,
): Promise<OrtModel> {
  const { onProgress, signal } = options;
  throwIfCancelled(signal);
  const { graph, data } = chooseVariant(files, 'wasm', false);
  const arrived = new AbortController();
  // It is compiled, and warmed up, while the files are fetched, checked and parsed.
  const starting = openOrtHeap({ ortBase, threads }, signal).then(async (heap) => {
    if (warmUp) await warmUpCode(heap, arrived.signal);
    return heap;
  });
  // It may fail before it is awaited; the failure is thrown then.
  starting.catch(() => undefined);
  let weights: WeightFiles | undefined;
  try {
    const { checkpoint, tokenizer } = await openModel(files, options);
    arrived.abort();
    const { config } = checkpoint;
    const model = new Uint8Array(await (await files.open(graph)).arrayBuffer());
    throwIfCancelled(signal);
    const opened = (weights = await WeightFiles.open(files, data));
    const widened = await widen(model, checkpoint, (location, offset, target) => opened.read(location, offset, target));
    const progress = (stage: string, loadedBytes: number) =>
      onProgress?.({ stage, loadedBytes, totalBytes: widened.bytes });
    progress('Loading the weights into memory', 0);
    const heap = await starting;
    const file = new CountedFile(widened, (loaded) => progress('Loading the weights into memory', loaded));
    const decoder = await HeapDecoder.open(heap, widened, file, config)
      .catch((error: unknown) => {
        throw file.fault ?? error;
      })
      .finally(() => file.close());
    if (signal?.aborted) {
      await decoder.release();
      throw LabError.cancelled();
    }
    progress('Ready', widened.bytes);
    return new OrtModel({
      info: { modelId, device: 'wasm', wide: true, contextWindow: config.contextLength },
      tokenizer,
      decoder,
      eosIds: new Set(config.eosTokenIds),
      health: () => undefined,
      release: () => decoder.release(),
    });
  } catch (error) {
    // Nothing of a load continues once it has failed.
    arrived.abort();
    await Promise.allSettled([starting]);
    throw runtimeFault(error, modelId, 'wasm');
  } finally {
    weights?.close();
  }
}

/** Parses the tokenizer while the stored weights are checked. */
async function openModel(files: ModelFiles, options: LoadOptions) {
  const { signal } = options;
  const side = TOKENIZER_FILES.filter((path) => hasFile(files, path));
  await files.ensure(side, signal ? { signal } : {});
  const [checkpoint, tokenizer] = await Promise.all([openExportedFiles(files, options), loadChatTokenizer(files)]);
  return { checkpoint, tokenizer };
}

/** Reports how much has been read, up to the last byte, which means that the model is ready. */
class CountedFile implements ExternalFile {
  readonly byteLength: number;
  /** Why it could not be read; ONNX Runtime keeps this to itself. */
  fault: unknown;
  #widened: WidenedModel;
  #progress: (loadedBytes: number) => void;
  #done = 0;
  /** Where the latest weight was made, if it was large. In the heap it would stay for ever. */
  #room: ArrayBuffer | undefined;

  constructor(widened: WidenedModel, progress: (loadedBytes: number) => void) {
    this.byteLength = widened.bytes;
    this.#widened = widened;
    this.#progress = progress;
  }

  subarray(from: number, to: number): Uint8Array {
    this.#done += to - from;
    this.#progress(Math.min(this.#done, this.byteLength - 1));
    try {
      this.close();
      const room = (values: number) => new Float32Array((this.#room = new ArrayBuffer(4 * values)));
      return this.#widened.read(from, to - from, room);
    } catch (error) {
      this.fault = error;
      throw error;
    }
  }

  /** Frees the memory of the latest weight. */
  close(): void {
    if (this.#room) freeNow(this.#room);
    this.#room = undefined;
  }
}
