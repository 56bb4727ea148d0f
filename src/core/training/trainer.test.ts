import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../random/sfc32.ts';
import { baseFeeds } from './base.ts';
import { batchFeeds, dropoutFeeds } from './batch-feeds.ts';
import { BATCH_INPUTS } from './decoder.ts';
import type { Feeds } from './feed.ts';
import { GRADIENT_NORM, LOSS, STATE, stepGraph, updateGraph } from './graphs.ts';
import { array64, evaluate, fill, type Array64 } from './ir/index.ts';
import { adapterTensors } from './lora.ts';
import { batchOf, type Sequence } from './sequence.ts';
import { adapterWeights, baseWeights, config, first, lora, second, sequence } from './testing/training-model.ts';
import { ADAMW, updateInputs } from './testing/update-inputs.ts';
import { AdapterTrainer } from './trainer.ts';

function doubles(feeds: Feeds): Record<string, Array64> {
  return Object.fromEntries([...feeds].map(([name, { data, dims }]) => [name, array64(dims, data)]));
}

const createTrainer = (chosen = lora): Promise<AdapterTrainer> =>
  AdapterTrainer.create(ort, {
    config,
    lora: chosen,
    optimizer: ADAMW,
    base: baseWeights(),
    adapter: adapterWeights(),
  });

/** Every input of the step graph in double precision. */
function stepInputs(): Record<string, Array64> {
  const batch = batchOf([first, second]);
  const inputs = doubles(new Map([...batchFeeds(config, batch), ...dropoutFeeds(config, lora, batch, [1, 2])]));
  inputs[BATCH_INPUTS.weight] = array64([1, 1], [1 / batch.labels]);
  const graph = stepGraph(stepOptions());
  const weights = new Map([...baseWeights(), ...adapterWeights()]);
  for (const [name, { shape }] of graph.inputs) {
    if (inputs[name]) continue;
    const data = weights.get(name);
    inputs[name] = fill(shape as number[], (i) => data?.[i] ?? 0);
  }
  return inputs;
}

const stepOptions = () => ({ config, lora, dropout: true, base: baseFeeds(baseWeights(), config) });

describe('the training step', () => {
  it('has the gradient that central differences give, for every adapter tensor', () => {
    const graph = stepGraph(stepOptions());
    const inputs = stepInputs();
    const result = evaluate(graph, inputs);
    const random = randomStream(3);
    const loss = (name: string, index: number, h: number): number => {
      const x = inputs[name] as Array64;
      const data = x.data.slice();
      data[index] = (data[index] ?? 0) + h;
      return (evaluate(graph, { ...inputs, [name]: { shape: x.shape, data } })[LOSS]?.data[0] ?? NaN) / 4;
    };
    for (const { name, shape } of adapterTensors(config, lora)) {
      const analytic = result[`${STATE.next}${STATE.gradient}${name}`] as Array64;
      const peak = analytic.data.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
      expect(peak).toBeGreaterThan(0);
      for (let k = 0; k < 3; k++) {
        const index = Math.floor(random() * shape[0] * shape[1]);
        const numeric = (loss(name, index, 1e-5) - loss(name, index, -1e-5)) / 2e-5;
        expect(Math.abs((analytic.data[index] ?? NaN) - numeric)).toBeLessThan(
          1e-3 * Math.max(Math.abs(numeric), 1e-3 * peak),
        );
      }
    }
  });

  it('agrees between onnxruntime and the reference in loss, gradients and update', async () => {
    const trainer = await createTrainer();
    const batch = batchOf([first, second]);
    const expected = evaluate(stepGraph(stepOptions()), stepInputs());
    const { sum } = await trainer.accumulate(batch, 1 / batch.labels, [1, 2]);
    expect(sum).toBeCloseTo(expected[LOSS]?.data[0] ?? NaN, 4);

    const tensors = adapterTensors(config, lora);
    const adapter = adapterWeights();
    const update = updateInputs(tensors, 0.01, 1, (key, name, size) => {
      if (key === STATE.gradient) return expected[`${STATE.next}${key}${name}`]?.data ?? [];
      return key === '' ? (adapter.get(name) ?? []) : new Array<number>(size).fill(0);
    });
    const next = evaluate(updateGraph(tensors, ADAMW), update);
    expect(await trainer.update(0.01)).toBeCloseTo(next[GRADIENT_NORM]?.data[0] ?? NaN, 4);
    for (const [name, data] of await trainer.adapter()) {
      data.forEach((value, i) => expect(value).toBeCloseTo(next[`${STATE.next}${name}`]?.data[i] ?? NaN, 3));
    }
    await trainer.dispose();
  });

  it('accumulates the gradients of batches like one large batch', async () => {
    const make = () => createTrainer({ ...lora, dropout: 0 });
    const [apart, together] = [await make(), await make()];
    await apart.accumulate(batchOf([first]), 1 / 4, []);
    await apart.accumulate(batchOf([second]), 1 / 4, []);
    await together.accumulate(batchOf([first, second]), 1 / 4, []);
    expect(await apart.update(0.01)).toBeCloseTo(await together.update(0.01), 5);
    expect((await apart.evaluate(batchOf([second]))).sum).toBeCloseTo(
      (await together.evaluate(batchOf([second]))).sum,
      4,
    );
    for (const trainer of [apart, together]) await trainer.dispose();
  });

  it('lowers the loss', async () => {
    const trainer = await createTrainer();
    const batch = batchOf([first, second]);
    const before = await trainer.evaluate(batch);
    for (let step = 0; step < 90; step++) {
      await trainer.accumulate(batch, 1 / batch.labels, [step]);
      await trainer.update(0.02);
    }
    expect((await trainer.evaluate(batch)).sum).toBeLessThan(before.sum / 2);
    await trainer.dispose();
  });
});

describe('adapters on the last layer alone', () => {
  const some = { ...lora, dropout: 0, layers: [1] };
  const options = { ...stepOptions(), lora: some, dropout: false };

  it('have the same gradients as among adapters on all layers, at a fraction of the work', () => {
    const inputs = stepInputs();
    // Without the lower adapters' products the graph equals that of a model with B = 0 there.
    const zeroed = Object.fromEntries(
      Object.entries(inputs).map(([name, x]) => [
        name,
        /layers\.0\..*lora_B/.test(name) ? { ...x, data: x.data.map(() => 0) } : x,
      ]),
    );
    const all = evaluate(stepGraph({ ...options, lora: { ...some, layers: undefined } }), zeroed);
    const last = evaluate(stepGraph(options), inputs);
    const names = adapterTensors(config, some).map(({ name }) => `${STATE.next}${STATE.gradient}${name}`);
    expect(names.every((name) => name.includes('layers.1.'))).toBe(true);
    expect(Object.keys(last).sort()).toEqual([LOSS, ...names].sort());
    for (const name of names)
      expect(Array.from(last[name]?.data ?? [])).toEqual(
        Array.from(all[name]?.data ?? []).map((value) => expect.closeTo(value, 10) as number),
      );
  });

  it('need no backward pass below their layer', () => {
    const sizes = [[1], [0, 1]].map((layers) => stepGraph({ ...options, lora: { ...some, layers } }).values.length);
    expect(sizes[0]).toBeLessThan(0.75 * (sizes[1] ?? 0));
  });
});

describe('a branch', () => {
  const plain = { ...lora, dropout: 0 };
  const loss = async (sequences: Sequence[]): Promise<number> => {
    const trainer = await createTrainer(plain);
    const { sum } = await trainer.evaluate(batchOf(sequences));
    await trainer.dispose();
    return sum;
  };

  it('is predicted as if its trunk ended with it, and the trunk as if it did not exist', async () => {
    const branched: Sequence = {
      ...sequence('x', [1, 5, 2, 8, 12, 3], [0, 0, 0, 1, 0, 1], [0, 0, 1, 1, 0, 0]),
      positions: Int32Array.of(0, 1, 2, 3, 2, 3),
    };
    const apart =
      (await loss([sequence('y', [1, 5, 2, 8], [0, 0, 0, 1])])) +
      (await loss([sequence('z', [1, 5, 12, 3], [0, 0, 0, 1])]));
    expect(await loss([branched])).toBeCloseTo(apart, 4);
  });

  it('in a packed batch does not see its neighbours', async () => {
    expect(await loss([first, second])).toBeCloseTo((await loss([first])) + (await loss([second])), 4);
  });
});
