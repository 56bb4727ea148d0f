import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { locate } from '../../../build/vendor-files.ts';
import { tinyCheckpoint } from '../../core/engine/testing/tiny-model.ts';
import { logProbability } from '../../core/engine/sampling.ts';
import type { Checkpoint } from '../../core/formats/checkpoint/checkpoint.ts';
import { exportOnnx } from '../../core/formats/export/export.ts';
import { memoryFolder } from '../../core/formats/export/memory-sink.ts';
import { openExported } from '../../core/formats/export/read.ts';
import { widen, widenedSize, type WidenedModel } from '../../core/formats/export/widened.ts';
import { forward } from '../../core/formats/reference/forward.ts';
import { bytesSource } from '../../core/formats/source.ts';
import { HeapDecoder } from './heap-decoder.ts';
import { openHeapSession, openOrtHeap, type OrtHeap } from './ort-heap.ts';

const ABOUT = { name: 'tiny', source: 'test', licence: 'none' };
const GRAPHS = { q4: 'onnx/model_q4.onnx', q8: 'onnx/model_quantized.onnx', fp32: 'onnx/model.onnx' } as const;

let heap: OrtHeap;
beforeAll(async () => {
  const folder = new URL('.', pathToFileURL(locate({ package: 'onnxruntime-web', file: 'dist/ort.wasm.mjs' })));
  heap = await openOrtHeap({ ortBase: folder.href, threads: 1 });
});

/** A tiny export, and what it becomes when it is widened. */
async function widened(
  dtype: keyof typeof GRAPHS,
): Promise<{ exported: Checkpoint; model: Uint8Array; wide: WidenedModel }> {
  const { files: side, ...checkpoint } = tinyCheckpoint();
  const folder = memoryFolder();
  await exportOnnx({ files: side, ...checkpoint }, folder, { dtype, ...ABOUT });
  const files = new Map<string, Uint8Array>();
  for (const [path, blob] of folder.files) files.set(path, new Uint8Array(await blob.arrayBuffer()));
  const file = (path: string): Uint8Array => files.get(path) ?? new Uint8Array();
  const model = file(GRAPHS[dtype]);
  const open = async (location: string) => bytesSource(location, file(`onnx/${location}`));
  const exported = await openExported('tiny', model, open, new Map(side));
  const wide = await widen(model, exported, (location, offset, length) =>
    file(`onnx/${location}`).subarray(offset, offset + length),
  );
  return { exported, model, wide };
}

async function decoderOf({ graph, location, bytes, read }: WidenedModel, { config }: Checkpoint): Promise<HeapDecoder> {
  const file = { byteLength: bytes, subarray: (from: number, to: number) => read(from, to - from) };
  return new HeapDecoder(heap, await openHeapSession(heap, graph, location, file), config);
}

/** Log-probabilities of each next token, from rows of logits. */
const scores = (rows: readonly Float32Array[], ids: readonly number[]): number[] =>
  ids.slice(1).map((id, i) => logProbability(rows[i] as Float32Array, id));

function rowsOf({ data, rows, vocabulary }: { data: Float32Array; rows: number; vocabulary: number }): Float32Array[] {
  return Array.from({ length: rows }, (_, row) => data.subarray(row * vocabulary, (row + 1) * vocabulary));
}

/** More tokens than the first cache has room for. */
const IDS = Array.from({ length: 300 }, (_, i) => (i * 37) % 256);

describe.each(['q4', 'q8'] as const)('a %s export with widened weights', (dtype) => {
  it('computes what its weights say, in steps of any size, as its cache grows and shrinks', async () => {
    const { exported, model, wide } = await widened(dtype);
    expect(wide.bytes).toBe(widenedSize('tiny', model));
    const decoder = await decoderOf(wide, exported);
    const expected = await forward(exported, IDS);
    const found: Float32Array[] = [];
    for (const [from, to] of [
      [0, 100],
      [100, 101],
      [101, 250],
      [250, 300],
    ])
      found.push(...rowsOf(await decoder.step(IDS.slice(from, to), 'all')));
    const wanted = scores(expected, IDS);
    const own = scores(found, IDS);
    own.forEach((score, i) => expect(score).toBeCloseTo(wanted[i] as number, 3));

    // Another text with the same beginning reuses it.
    const other = [...IDS.slice(0, 40), 7, 8, 9];
    expect(await decoder.keepPrefix(other)).toBe(40);
    const { data, rows } = await decoder.step(other.slice(40), 'last');
    const last = (await forward(exported, other)).at(-1) as Float32Array;
    expect(rows).toBe(1);
    for (const id of [0, 97, 200]) expect(logProbability(data, id)).toBeCloseTo(logProbability(last, id), 3);
    await decoder.release();
  });
});

it('says why other weights are not widened', async () => {
  await expect(widened('fp32')).rejects.toMatchObject({
    code: 'unsupported',
    detail: { what: 'Its weights are fp32.' },
  });
});
