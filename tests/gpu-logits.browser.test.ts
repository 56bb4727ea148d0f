import { expect, it } from 'vitest';
import { useGpuPage } from './harness/use-gpu-page.ts';

/** Rows of logits on a graphics device, which SwiftShader computes: only the candidates of a sampler are read back. */
const opened = useGpuPage();

interface Row {
  vocabulary: number;
  type: 'float32' | 'float16';
  /** Different values, in steps of a 64th. */
  steps: number;
  /** Entries that are replaced. */
  odd: number[];
}

const ROWS: Record<string, Row> = {
  'a small vocabulary': { vocabulary: 300, type: 'float32', steps: 2000, odd: [] },
  'many ties': { vocabulary: 300, type: 'float32', steps: 5, odd: [] },
  'that of the embedded model': { vocabulary: 49_152, type: 'float32', steps: 100_000, odd: [] },
  'one of many tiles': { vocabulary: 151_936, type: 'float32', steps: 1_000_000, odd: [] },
  'zeros and an infinity': { vocabulary: 2049, type: 'float32', steps: 700, odd: [-Infinity, -0, 0] },
  'a broken one': { vocabulary: 500, type: 'float32', steps: 700, odd: [NaN, Infinity] },
  'one in 16 bits': { vocabulary: 2049, type: 'float16', steps: 2000, odd: [-Infinity, -0, 2 ** -24] },
  'a broken one in 16 bits': { vocabulary: 500, type: 'float16', steps: 700, odd: [NaN, Infinity] },
};

it.each(Object.entries(ROWS))('gives the highest logits of %s', async (_, row) => {
  const { top, whole, expected } = await opened.page.evaluate(async ({ vocabulary, type, steps, odd }) => {
    const device = await (await navigator.gpu?.requestAdapter())?.requestDevice();
    if (!device) throw new Error('There is no graphics device.');
    const random = solace.gpu.seededRandom(vocabulary + steps);
    const data = Float32Array.from({ length: vocabulary }, () => (Math.floor(random() * steps) - steps / 2) / 64);
    odd.forEach((value, i) => (data[(i * 997) % vocabulary] = value));
    const values = type === 'float32' ? data : Uint16Array.from(data, solace.gpu.toHalf);
    const bytes = new Uint8Array(Math.ceil(values.byteLength / 4) * 4);
    bytes.set(new Uint8Array(values.buffer));
    const logits = new solace.gpu.GpuLogits({ device, Tensor: solace.gpu.Tensor }, type, vocabulary);
    device.queue.writeBuffer(logits.output.gpuBuffer, 0, bytes);
    const whole = await logits.row();
    const found = await logits.top(solace.gpu.MOST_CANDIDATES);
    logits.destroy();
    device.destroy();
    const rank = (id: number): number => (Number.isNaN(data[id]) ? Infinity : (data[id] ?? NaN));
    const isNumber = (id: number): number => Number(!Number.isNaN(data[id]));
    const sorted = Array.from(data.keys()).sort((a, b) =>
      rank(a) === rank(b) ? isNumber(a) - isNumber(b) || a - b : rank(b) - rank(a),
    );
    return {
      top: Array.from(found.ids, (id, i) => `${id}: ${found.values[i]}`),
      whole: whole.length === data.length && whole.every((value, i) => Object.is(value, data[i])),
      expected: sorted.slice(0, solace.gpu.MOST_CANDIDATES).map((id) => `${id}: ${(data[id] ?? NaN) + 0}`),
    };
  }, row);
  expect(top).toEqual(expected);
  expect(whole).toBe(true);
});

/** Decoding settings, and how many bytes at most are read for a token of a vocabulary of 3,000, which is two tiles. */
const SETTINGS = {
  greedily: { temperature: 0, topK: 0, topP: 1, most: 2 * 16 },
  'with the default settings': { temperature: 0.7, topK: 50, topP: 0.95, most: 2 * 51 * 8 },
  'from the 64 most probable': { temperature: 1.5, topK: 64, topP: 1, most: 2 * 65 * 8 },
  'from one': { temperature: 1, topK: 1, topP: 1, most: 2 * 16 },
  'without top-k': { temperature: 1, topK: 0, topP: 0.9, most: 12_000 },
  'from more than are found on the device': { temperature: 1, topK: 65, topP: 1, most: 12_000 },
};

it.each(Object.entries(SETTINGS))('draws the same tokens as from whole rows: %s', async (_, { most, ...decoding }) => {
  const { drawn, expected, read } = await opened.page.evaluate(async (decoding) => {
    const device = await (await navigator.gpu?.requestAdapter())?.requestDevice();
    if (!device) throw new Error('There is no graphics device.');
    const vocabulary = 3000;
    const random = solace.gpu.seededRandom(decoding.topK);
    // Every third row has ties, so that one of them may lie at the edge of top-k.
    const rows = Array.from({ length: 12 }, (_, i) =>
      Float32Array.from({ length: vocabulary }, () => (i % 3 === 0 ? Math.round(random() * 40) / 4 : random() * 10)),
    );
    let at = 0;
    const session = {
      inputNames: ['num_logits_to_keep'],
      outputNames: ['logits'],
      inputMetadata: [],
      outputMetadata: [],
      async run(_feeds: unknown, { logits }: { logits: { gpuBuffer: GPUBuffer } }) {
        device.queue.writeBuffer(logits.gpuBuffer, 0, rows[at++] ?? new Float32Array(0));
        return { logits };
      },
      release: () => Promise.resolve(),
    } as unknown as ConstructorParameters<typeof solace.gpu.KvDecoder>[0];
    let read = 0;
    const { mapAsync } = GPUBuffer.prototype;
    GPUBuffer.prototype.mapAsync = function (mode, from, size) {
      read = size ?? NaN;
      return mapAsync.call(this, mode, from, size);
    };
    const logits = new solace.gpu.GpuLogits({ device, Tensor: solace.gpu.Tensor }, 'float32', vocabulary);
    const decoder = new solace.gpu.KvDecoder(session, new solace.gpu.GrowingCache([], (cache) => cache), {
      logits,
    });
    const reads: number[] = [];
    const [sample, sampleWhole] = [0, 1].map(() => solace.gpu.createSampler({ ...decoding, seed: 5 }));
    const drawn: number[] = [];
    while (drawn.length < rows.length) {
      const { data, ids } = await decoder.step([1], solace.gpu.wantedLogits(decoding));
      const id = sample?.(data) ?? NaN;
      drawn.push(ids?.[id] ?? id);
      reads.push(read);
    }
    GPUBuffer.prototype.mapAsync = mapAsync;
    decoder.destroy();
    device.destroy();
    return { drawn, expected: rows.map((row) => sampleWhole?.(row)), read: Math.min(...reads) };
  }, decoding);
  expect(drawn).toEqual(expected);
  expect(read).toBeLessThanOrEqual(most);
});
