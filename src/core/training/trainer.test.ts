import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { expectedTensors } from '../formats/checkpoint/checkpoint.ts';
import { parseConfig } from '../formats/config.ts';
import { baseFeeds } from './base.ts';
import { BATCH_INPUTS } from './decoder.ts';
import { batchFeeds, dropoutFeeds } from './batch-feeds.ts';
import type { Feeds } from './feed.ts';
import {
  corrections,
  GRADIENT_NORM,
  LOSS,
  STATE,
  stepGraph,
  UPDATE_INPUTS,
  updateGraph,
  type AdamWConfig,
} from './graphs.ts';
import { array64, evaluate, fill, type Array64 } from './ir/index.ts';
import { adapterTensors, initialAdapter, TARGET_MODULE_NAMES, type AdapterTensor, type LoraConfig } from './lora.ts';
import { randomStream } from '../random/sfc32.ts';
import { batchOf, type Sequence } from './sequence.ts';
import { AdapterTrainer, type Weights } from './trainer.ts';

const ADAMW: AdamWConfig = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.05, maxGradientNorm: 1 };

/** Two layers, grouped heads, a sliding window on the second, biases: covers every path of the graph cheaply. */
const config = {
  ...parseConfig({
    model_type: 'qwen2',
    hidden_size: 8,
    intermediate_size: 12,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    vocab_size: 13,
    rms_norm_eps: 1e-5,
    max_position_embeddings: 64,
    tie_word_embeddings: false,
  }),
  windows: [null, 3],
};
const lora: LoraConfig = { rank: 2, alpha: 3, dropout: 0.25, targets: TARGET_MODULE_NAMES, rankStabilized: true };

function baseWeights(): Weights {
  const random = randomStream(7);
  const shapes = [...expectedTensors(config).required];
  return new Map(
    shapes.map(([name, shape]) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      return [name, data.map(() => (name.endsWith('norm.weight') ? 1 : 0) + 0.8 * (random() - 0.5))];
    }),
  );
}

/** An adapter with non-zero B, so that A has a gradient. */
function adapterWeights(): Weights {
  const random = randomStream(8);
  const weights = initialAdapter(adapterTensors(config, lora), random);
  return new Map([...weights].map(([name, data]) => [name, data.map((x) => x + 0.5 * (random() - 0.5))]));
}

function sequence(id: string, ids: number[], labelled: number[], branches = ids.map(() => 0)): Sequence {
  return {
    id,
    ids: Int32Array.from(ids),
    positions: Int32Array.from(ids, (_, i) => i),
    branches: Int32Array.from(branches),
    labelled: Uint8Array.from(labelled),
  };
}

const first = sequence('a', [1, 5, 2, 8, 12, 3], [0, 0, 1, 0, 1, 1], [0, 0, 1, 1, 0, 0]);
const second = sequence('b', [4, 4, 9], [0, 1, 0]);

function doubles(feeds: Feeds): Record<string, Array64> {
  return Object.fromEntries([...feeds].map(([name, { data, dims }]) => [name, array64(dims, data)]));
}

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
    const trainer = await AdapterTrainer.create(ort, {
      config,
      lora,
      optimizer: ADAMW,
      base: baseWeights(),
      adapter: adapterWeights(),
    });
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
    const make = () =>
      AdapterTrainer.create(ort, {
        config,
        lora: { ...lora, dropout: 0 },
        optimizer: ADAMW,
        base: baseWeights(),
        adapter: adapterWeights(),
      });
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
    const trainer = await AdapterTrainer.create(ort, {
      config,
      lora,
      optimizer: ADAMW,
      base: baseWeights(),
      adapter: adapterWeights(),
    });
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
    const trainer = await AdapterTrainer.create(ort, {
      config,
      lora: plain,
      optimizer: ADAMW,
      base: baseWeights(),
      adapter: adapterWeights(),
    });
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

function updateInputs(
  tensors: readonly AdapterTensor[],
  rate: number,
  step: number,
  data: (key: string, name: string, size: number) => ArrayLike<number>,
): Record<string, Array64> {
  const { correction1, correction2 } = corrections(ADAMW, step);
  const inputs: Record<string, Array64> = {
    [UPDATE_INPUTS.rate]: array64([1], [rate]),
    [UPDATE_INPUTS.correction1]: array64([1], [correction1]),
    [UPDATE_INPUTS.correction2]: array64([1], [correction2]),
  };
  for (const { name, shape } of tensors) {
    for (const key of ['', STATE.first, STATE.second, STATE.gradient])
      inputs[`${key}${name}`] = array64(shape, data(key, name, shape[0] * shape[1]));
  }
  return inputs;
}

describe('the update', () => {
  it('equals clip_grad_norm_ and AdamW of torch 2.13 over three steps', () => {
    const tensors: AdapterTensor[] = [
      { name: 'a', matrix: 'A', shape: [1, 3] },
      { name: 'b', matrix: 'B', shape: [2, 1] },
    ];
    const grads = [
      { a: [0.3, -0.2, 0.9], b: [0.4, 1.2] },
      { a: [0.01, 0.02, -0.03], b: [0.02, -0.01] },
      { a: [-2, 1, 0.5], b: [0.3, 0.7] },
    ];
    const recorded = [
      {
        norm: 1.5937377450509227,
        a: [0.3975000053124622, -0.8950000079686931, 1.8900000017708207],
        b: [-0.0004999960156533007, -0.29899999867188437],
      },
      {
        norm: 0.04358898943540674,
        a: [0.3610757679019498, -0.8655363106038068, 1.8537941145601582],
        b: [-0.03685268305133756, -0.3312580999322943],
      },
      {
        norm: 2.414539293529927,
        a: [0.37074442521703554, -0.8744189353128449, 1.8384039725939638],
        b: [-0.05255239910341196, -0.3450439327969865],
      },
    ];
    const state = new Map<string, ArrayLike<number>>([
      ['a', [0.5, -1, 2]],
      ['b', [0.1, -0.2]],
    ]);
    [0.1, 0.05, 0.02].forEach((rate, i) => {
      const inputs = updateInputs(tensors, rate, i + 1, (key, name, size) =>
        key === STATE.gradient
          ? (grads[i]?.[name as 'a' | 'b'] ?? [])
          : (state.get(`${key}${name}`) ?? new Array<number>(size).fill(0)),
      );
      const result = evaluate(updateGraph(tensors, ADAMW), inputs);
      expect(result[GRADIENT_NORM]?.data[0]).toBeCloseTo(recorded[i]?.norm ?? NaN, 12);
      for (const [name, value] of Object.entries(result)) state.set(name.slice(STATE.next.length), value.data);
      for (const name of ['a', 'b'] as const) {
        recorded[i]?.[name].forEach((value, k) => expect(state.get(name)?.[k]).toBeCloseTo(value, 10));
      }
    });
  });
});
