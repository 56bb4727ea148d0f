import { describe, expect, it } from 'vitest';
import { tinyCheckpoint } from '../../engine/testing/tiny-model.ts';
import { LabError } from '../../error.ts';
import { mergedCheckpoint, openAdapterFiles } from '../../training/merge/index.ts';
import { tinyAdapterFiles } from '../../training/testing/tiny-adapter.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { decodeModel } from '../onnx/index.ts';
import { blobSource } from '../source.ts';
import type { ExportDtype } from './dtype.ts';
import { exportOnnx } from './export.ts';
import { memoryFolder } from './memory-sink.ts';
import { exportOverlay } from './overlay.ts';
import { openExported } from './read.ts';

const ABOUT = { name: 'tiny', source: 'test', licence: 'none' };
type Files = ReadonlyMap<string, Blob>;

const bytesOf = async (files: Files, path: string): Promise<Uint8Array> =>
  new Uint8Array(await (files.get(path) ?? new Blob()).arrayBuffer());

async function read(files: Files, graph: string): Promise<Checkpoint> {
  return openExported(
    'tiny',
    await bytesOf(files, graph),
    async (location) => blobSource(location, files.get(`onnx/${location}`) ?? new Blob()),
    new Map(tinyCheckpoint().files),
  );
}

/** The stored bytes of all tensors, by name. */
async function stored(checkpoint: Checkpoint): Promise<Map<string, string>> {
  const entries = [...checkpoint.tensors].map(async ([name, { shape, type }]) => {
    const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const bytes = await checkpoint.readStoredRows(name, 0, rows);
    return [name, `${type} ${Buffer.from(bytes).toString('base64')}`] as const;
  });
  return new Map(await Promise.all(entries));
}

async function tinyAdapter(seed: number) {
  const files = await tinyAdapterFiles(tinyCheckpoint().config, seed);
  return (
    await openAdapterFiles(
      'tiny',
      [...files].map(([name, blob]) => blobSource(name, blob)),
    )
  ).adapter;
}

describe('exportOverlay', () => {
  it.each<{ dtype: ExportDtype; graph: string }>([
    { dtype: 'q4', graph: 'onnx/model_q4.onnx' },
    { dtype: 'q4f16', graph: 'onnx/model_q4f16.onnx' },
    { dtype: 'fp32', graph: 'onnx/model.onnx' },
  ])('writes what differs, and gives the model that a whole export gives: $dtype', async ({ dtype, graph }) => {
    const base = memoryFolder();
    await exportOnnx(tinyCheckpoint(), base, { dtype, ...ABOUT });
    const changed = mergedCheckpoint(await read(base.files, graph), [{ adapter: await tinyAdapter(5), weight: 1 }]);
    const whole = memoryFolder();
    await exportOnnx(changed, whole, { dtype, eightBits: (tensor) => changed.merged.has(tensor), ...ABOUT });

    const over = memoryFolder();
    const written = await exportOverlay(await bytesOf(base.files, graph), changed, over, { name: 'tiny' });
    expect(written.map(({ path }) => path)).toEqual([graph, `${graph}_data_1`]);
    const overlaid = new Map([...base.files, ...over.files]);
    expect(await stored(await read(overlaid, graph))).toEqual(await stored(await read(whole.files, graph)));
    // The same graph but for the places of its weights.
    const nodes = async (files: Files) => decodeModel(await bytesOf(files, graph)).graph.nodes;
    expect(await nodes(overlaid)).toEqual(await nodes(whole.files));
    const size = (files: Files) => [...files.values()].reduce((sum, blob) => sum + blob.size, 0);
    expect(size(over.files)).toBeLessThan(0.7 * size(whole.files));
  });

  it('reports its progress, and stops on request', async () => {
    const base = memoryFolder();
    await exportOnnx(tinyCheckpoint(), base, { dtype: 'q4', ...ABOUT });
    const graph = await bytesOf(base.files, 'onnx/model_q4.onnx');
    const changed = mergedCheckpoint(await read(base.files, 'onnx/model_q4.onnx'), [
      { adapter: await tinyAdapter(5), weight: 0.5 },
    ]);
    const seen: { done: number; total: number }[] = [];
    await exportOverlay(graph, changed, memoryFolder(), { name: 'tiny', onProgress: (each) => seen.push(each) });
    expect(seen.at(-1)?.done).toBe(seen.at(-1)?.total);
    const stopped = exportOverlay(graph, changed, memoryFolder(), { name: 'tiny', signal: AbortSignal.abort() });
    await expect(stopped).rejects.toBeInstanceOf(LabError);
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
  });
});
