import { expect, it } from 'vitest';
import { useGpuPage } from './harness/use-gpu-page.ts';

/** The shader that makes logits of what a graph for WebGPU leaves, on SwiftShader, compared with 64-bit arithmetic. */
const opened = useGpuPage();

interface Shape {
  entries: number;
  hiddenSize: number;
  /** How often the hidden state holds every value. */
  times: 1 | 2;
  type: 'float32' | 'float16';
  positions: number;
}

const SHAPES: Record<string, Shape> = {
  'a small vocabulary': { entries: 300, hiddenSize: 64, times: 2, type: 'float32', positions: 5 },
  'a tile and one more': { entries: 513, hiddenSize: 32, times: 1, type: 'float32', positions: 1 },
  'the hidden size of the embedded model': { entries: 1500, hiddenSize: 576, times: 2, type: 'float32', positions: 2 },
  'the largest hidden size': { entries: 520, hiddenSize: 2048, times: 2, type: 'float32', positions: 1 },
  'more positions than a prompt has in a step': {
    entries: 40,
    hiddenSize: 96,
    times: 1,
    type: 'float32',
    positions: 130,
  },
  'an odd number of scales of 16 bits': {
    entries: 301,
    hiddenSize: 32,
    times: 1,
    type: 'float16',
    positions: 1,
  },
  '16 bits': { entries: 700, hiddenSize: 224, times: 2, type: 'float16', positions: 3 },
};

it.each(Object.entries(SHAPES))('computes and finds the highest logits: %s', async (_, shape) => {
  const found = await opened.page.evaluate(async ({ entries, hiddenSize, times, type, positions }) => {
    const device = await (await navigator.gpu?.requestAdapter())?.requestDevice();
    if (!device) throw new Error('There is no graphics device.');
    let fault = '';
    device.addEventListener('uncapturederror', ({ error }) => (fault ||= error.message));
    const random = solace.gpu.seededRandom(entries + hiddenSize);
    const width = times * hiddenSize;
    /** Values that 16 bits hold exactly, so that only arithmetic makes a difference. */
    const some = (count: number) =>
      Float32Array.from({ length: count }, () => Math.round((random() - 0.5) * 512) / 256);
    const inType = (values: Float32Array<ArrayBuffer>) =>
      type === 'float32' ? values : Uint16Array.from(values, solace.gpu.toHalf);
    const stored = (name: string, dims: number[], values: BlobPart) => ({ name, dims, bytes: new Blob([values]) });
    const codes = Uint8Array.from({ length: entries * hiddenSize }, () => Math.floor(random() * 256));
    const scales = some((entries * hiddenSize) / 32);
    const gamma = some(width);
    const [residual, branch] = [some(positions * width), some(positions * width)];
    const epsilon = 1e-5;
    const vocabulary = await solace.gpu.GpuVocabulary.load(
      { device, Tensor: solace.gpu.Tensor },
      {
        ...{ type, hiddenSize, width, entries, epsilon, residual: 'residual', branch: 'branch' },
        gamma: stored('gamma', [width], inType(gamma)),
        codes: stored('codes', [entries, hiddenSize / 32, 32], codes),
        scales: stored('scales', [entries, hiddenSize / 32], inType(scales)),
      },
    );
    const places = vocabulary.outputs(positions);
    for (const [name, values] of [
      ['residual', residual],
      ['branch', branch],
    ] as const)
      device.queue.writeBuffer(places[name]?.gpuBuffer as GPUBuffer, 0, inType(values));
    const { data } = await vocabulary.read({}, positions, 'all');
    let apart = 0;
    let largest = 0;
    for (let position = 0; position < positions; position++) {
      const state = Array.from({ length: hiddenSize }, (_, i) => {
        const at = position * width + i;
        return (residual[at] ?? NaN) + (branch[at] ?? NaN);
      });
      const factor = 1 / Math.sqrt(state.reduce((sum, value) => sum + value * value, 0) / hiddenSize + epsilon);
      for (let entry = 0; entry < entries; entry++) {
        let logit = 0;
        state.forEach((value, i) => {
          const at = entry * hiddenSize + i;
          logit += value * factor * (gamma[i] ?? NaN) * ((codes[at] ?? NaN) - 128) * (scales[at >> 5] ?? NaN);
        });
        const difference = Math.abs(logit - (data[position * entries + entry] ?? NaN));
        apart = Number.isNaN(difference) ? Infinity : Math.max(apart, difference);
        largest = Math.max(largest, Math.abs(logit));
      }
    }
    const { data: row } = await vocabulary.read({}, positions, 'last');
    const whole = data.slice(-entries);
    const most = Math.min(solace.gpu.MOST_CANDIDATES, entries - 1);
    const top = await vocabulary.read({}, positions, { top: most });
    vocabulary.destroy();
    device.destroy();
    const order = Array.from(whole.keys()).sort((a, b) => (whole[b] ?? 0) - (whole[a] ?? 0) || a - b);
    return {
      fault,
      relative: apart / largest,
      sameRow: row.length === entries && row.every((value, i) => value === whole[i]),
      ids: Array.from(top.ids ?? []),
      expected: order.slice(0, most).sort((a, b) => a - b),
      sameValues: top.data.every((value, i) => value === whole[top.ids?.[i] ?? -1]),
    };
  }, shape);
  expect(found.fault).toBe('');
  expect(found.relative).toBeLessThan(1e-5);
  expect(found.ids).toEqual(found.expected);
  expect([found.sameRow, found.sameValues]).toEqual([true, true]);
});
