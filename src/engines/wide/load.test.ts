import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LoadOptions, LoadProgress } from '../../core/engine/engine.ts';
import { logProbability } from '../../core/engine/sampling.ts';
import { tinyCheckpoint } from '../../core/engine/testing/tiny-model.ts';
import { forward } from '../../core/formats/reference/forward.ts';
import { memoryFiles, tinyExport } from '../testing/memory-files.ts';
import { loadWide } from './load.ts';
import { ORT_HERE, widened, withoutWorker } from './testing/widened.ts';
import { CODE_WARM_UP_MEASURE } from './warm-up.ts';
import { widenedBytes } from './widened-bytes.ts';

const GRAPH = 'onnx/model_q4.onnx';
const DATA = `${GRAPH}_data`;

/** A blob that can be read at once, which Node's cannot. */
class HeldBlob extends Blob {
  readonly held: Uint8Array<ArrayBuffer>;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    super([bytes]);
    this.held = bytes;
  }

  override slice(from?: number, to?: number): HeldBlob {
    return new HeldBlob(this.held.slice(from, to));
  }
}

/** What workers have; `fault` is thrown by the next read. */
class FileReaderSync {
  static fault: Error | undefined;

  readAsArrayBuffer({ held }: HeldBlob): ArrayBuffer {
    if (FileReaderSync.fault) throw FileReaderSync.fault;
    return held.buffer;
  }
}

let blobs: ReadonlyMap<string, Blob>;
beforeAll(async () => {
  const exported = await tinyExport('q4');
  const data = new Uint8Array(await (exported.get(DATA) ?? new Blob()).arrayBuffer());
  blobs = new Map(exported).set(DATA, new HeldBlob(data));
});
beforeEach(() => vi.stubGlobal('FileReaderSync', FileReaderSync));
afterEach(() => {
  FileReaderSync.fault = undefined;
  vi.unstubAllGlobals();
});

const load = (options: LoadOptions & { warmUp?: boolean } = {}, files = memoryFiles(blobs)) =>
  withoutWorker(() => loadWide(files, 'tiny', { ...ORT_HERE, ...options }));

describe('loadWide', () => {
  it('runs an export on the processor, which computes what its stored weights say', async () => {
    const steps: LoadProgress[] = [];
    const model = await load({ onProgress: (step) => steps.push(step) });
    expect(model.info).toMatchObject({ engine: 'transformers', device: 'wasm', wide: true, contextWindow: 512 });
    const scores = await model.scorer.score('<s>user\nIt rains.</s>');
    const { exported } = await widened(tinyCheckpoint(), 'q4');
    const rows = await forward(
      exported,
      scores.map(({ id }) => id),
    );
    scores.slice(1).forEach(({ logprob, id }, i) => {
      expect(logprob).toBeCloseTo(logProbability(rows[i] as Float32Array, id), 3);
    });
    await model.unload();
    await expect(model.scorer.score('a')).rejects.toMatchObject({ code: 'unsupported' });

    // Up to the last byte, which means that the model is ready.
    const total = await widenedBytes(memoryFiles(blobs));
    expect(new Set(steps.map(({ totalBytes }) => totalBytes))).toEqual(new Set([total]));
    const done = steps.map(({ loadedBytes }) => loadedBytes);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.slice(-2)).toEqual([(total ?? NaN) - 1, total]);
    expect([steps[0]?.stage, steps.at(-1)?.stage]).toEqual(['Loading the weights into memory', 'Ready']);
  });

  it('fetches only what it reads', async () => {
    const files = memoryFiles(new Map(blobs).set('onnx/model_fp16.onnx', new Blob(['other weights'])));
    await (await load({}, files)).unload();
    expect(files.ensured).toEqual(expect.arrayContaining([GRAPH, DATA, 'config.json', 'tokenizer.json']));
    expect(new Set([...files.ensured, ...files.opened])).not.toContain('onnx/model_fp16.onnx');
  });

  it('can be stopped before and while the weights are read', async () => {
    await expect(load({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    const stop = new AbortController();
    const read: number[] = [];
    const onProgress = ({ loadedBytes }: LoadProgress) => {
      read.push(loadedBytes);
      if (loadedBytes > 0) stop.abort();
    };
    await expect(load({ onProgress, signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(read.length).toBeGreaterThan(1);
  });

  it.each(['before the files are here', 'with them, so that it is stopped'])('warms up %s', async (when) => {
    performance.clearMeasures(CODE_WARM_UP_MEASURE);
    const files = memoryFiles(blobs);
    const warmed = () => performance.getEntriesByName(CODE_WARM_UP_MEASURE).length;
    const wait = () => vi.waitUntil(warmed, { timeout: 120_000 });
    const slow = { ...files, open: async (path: string) => (await wait(), files.open(path)) };
    const stopped = when.startsWith('with');
    const model = await load({ warmUp: true }, stopped ? files : slow);
    expect(warmed()).toBe(stopped ? 0 : 1);
    const cold = await load();
    expect(await model.scorer.score('It rains.')).toEqual(await cold.scorer.score('It rains.'));
    await Promise.all([model.unload(), cold.unload()]);
  });

  it('stops the warm-up when the files cannot be fetched', async () => {
    performance.clearMeasures(CODE_WARM_UP_MEASURE);
    const files = { ...memoryFiles(blobs), ensure: () => Promise.reject(new Error('There is no network.')) };
    await expect(load({ warmUp: true }, files)).rejects.toThrow('There is no network');
    expect(performance.getEntriesByName(CODE_WARM_UP_MEASURE)).toEqual([]);
  });

  it('says why a file could not be read, which ONNX Runtime keeps to itself', async () => {
    FileReaderSync.fault = new Error('The file was changed meanwhile');
    await expect(load()).rejects.toMatchObject({ message: expect.stringContaining('The file was changed meanwhile') });
    FileReaderSync.fault = new RangeError('Array buffer allocation failed');
    await expect(load()).rejects.toMatchObject({ code: 'out-of-memory' });
  });

  it('reports that ONNX Runtime is missing once the files are there, and leaves no rejection unhandled', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      const files = memoryFiles(blobs);
      const slow = { ...files, open: async (path: string) => (await setTimeout(20), files.open(path)) };
      const nowhere = loadWide(slow, 'tiny', { ortBase: 'file:///nowhere/', threads: 1 });
      await expect(nowhere).rejects.toMatchObject({ code: 'unsupported' });
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });

  it('names a file of weights to which the graph refers in vain', async () => {
    const list = memoryFiles(blobs).list.filter(({ path }) => path !== DATA);
    await expect(load({}, { ...memoryFiles(blobs), list })).rejects.toMatchObject({
      code: 'missing-file',
      message: expect.stringContaining(DATA),
    });
  });

  it('refuses weights that are not widened', async () =>
    expect(load({}, memoryFiles(await tinyExport('fp32')))).rejects.toMatchObject({ code: 'unsupported' }));
});
