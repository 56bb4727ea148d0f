import { pathToFileURL } from 'node:url';
import { locate } from '../../../../build/vendor-files.ts';
import type { Checkpoint } from '../../../core/formats/checkpoint/checkpoint.ts';
import { exportOnnx } from '../../../core/formats/export/export.ts';
import { memoryFolder } from '../../../core/formats/export/memory-sink.ts';
import { openExported } from '../../../core/formats/export/read.ts';
import { widen, type WidenedModel } from '../../../core/formats/export/widened.ts';
import { bytesSource } from '../../../core/formats/source.ts';
import { HeapDecoder } from '../heap-decoder.ts';
import { openOrtHeap, type OrtHeap } from '../ort-heap.ts';

const GRAPHS = { q4: 'onnx/model_q4.onnx', q8: 'onnx/model_quantized.onnx', fp32: 'onnx/model.onnx' } as const;

/** Where ONNX Runtime's files are in Node. */
export const ORT_HERE = {
  ortBase: new URL('.', pathToFileURL(locate({ package: 'onnxruntime-web', file: 'dist/ort.wasm.mjs' }))).href,
  threads: 1,
};

/**
 * Runs something that starts ONNX Runtime's module. It gives Node a global `Worker`, which is taken away again: the
 * lab's services would start workers of a page in the tests that follow in this thread.
 */
export async function withoutWorker<Result>(run: () => Promise<Result>): Promise<Result> {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'Worker');
  try {
    return await run();
  } finally {
    if (before) Object.defineProperty(globalThis, 'Worker', before);
    else Reflect.deleteProperty(globalThis, 'Worker');
  }
}

/** ONNX Runtime's module in Node, with one thread. */
export const openHeapHere = (signal?: AbortSignal): Promise<OrtHeap> =>
  withoutWorker(() => openOrtHeap(ORT_HERE, signal));

/** Exports a checkpoint, and widens the export: the export as a checkpoint, its graph, and what it becomes. */
export async function widened(
  { files: side, ...checkpoint }: Checkpoint,
  dtype: keyof typeof GRAPHS,
): Promise<{ exported: Checkpoint; model: Uint8Array; wide: WidenedModel }> {
  const folder = memoryFolder();
  const about = { name: 'tiny', source: 'test', licence: 'none' };
  await exportOnnx({ files: side, ...checkpoint }, folder, { dtype, ...about });
  const files = new Map<string, Uint8Array>();
  for (const [path, blob] of folder.files) files.set(path, new Uint8Array(await blob.arrayBuffer()));
  const file = (path: string): Uint8Array => files.get(path) ?? new Uint8Array();
  const model = file(GRAPHS[dtype]);
  const open = async (location: string) => bytesSource(location, file(`onnx/${location}`));
  const exported = await openExported('tiny', model, open, new Map(side));
  const wide = await widen(model, exported, (location, offset, target) =>
    target.set(file(`onnx/${location}`).subarray(offset, offset + target.length)),
  );
  return { exported, model, wide };
}

/** Memory for a weight in tests. */
const newRoom = (values: number): Float32Array => new Float32Array(values);

/** Opens a widened model. */
export async function decoderOf(heap: OrtHeap, wide: WidenedModel, { config }: Checkpoint): Promise<HeapDecoder> {
  const file = { byteLength: wide.bytes, subarray: (from: number, to: number) => wide.read(from, to - from, newRoom) };
  return HeapDecoder.open(heap, wide, file, config);
}
