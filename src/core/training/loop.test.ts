import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { LabError } from '../error.ts';
import { expectedTensors } from '../formats/checkpoint/checkpoint.ts';
import { parseConfig } from '../formats/config.ts';
import { randomStream } from '../random/sfc32.ts';
import { keepBase } from './base.ts';
import { trainingLoop, type LoopEvent, type LoopOptions, type LoopResult } from './loop.ts';
import { adapterTensors, initialAdapter, type LoraConfig } from './lora.ts';
import type { MetricsRow } from './metrics-row.ts';
import { adapterStream } from './plan.ts';
import { newRun, type RunStore, type SavedRun } from './run-state.ts';
import type { Sequence } from './sequence.ts';
import { AdapterTrainer, type Weights } from './trainer.ts';

const CONFIG = parseConfig({
  model_type: 'llama',
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  vocab_size: 32,
  rms_norm_eps: 1e-5,
  rope_theta: 1000,
  max_position_embeddings: 64,
  tie_word_embeddings: true,
});
const LORA: LoraConfig = { rank: 2, alpha: 4, dropout: 0.2, targets: ['q_proj', 'v_proj'], rankStabilized: false };
const SEED = 5;

function weights(): Map<string, Float32Array> {
  const random = randomStream(3);
  return new Map(
    [...expectedTensors(CONFIG).required].map(([name, shape]) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      return [name, data.map(() => (name.endsWith('norm.weight') ? 1 : 0) + (random() - 0.5) / 2)];
    }),
  );
}

/** Sequences of one pattern, from the given starts. */
const patterns = (starts: readonly number[]): Sequence[] =>
  starts.map((start) => {
    const ids = Int32Array.from({ length: 12 }, (_, i) => (start + 5 * i) % 32);
    return {
      id: `pattern ${start}`,
      ids,
      positions: ids.map((_, i) => i),
      branches: new Int32Array(ids.length),
      labelled: Uint8Array.from(ids, (_, i) => (i > 2 ? 1 : 0)),
    };
  });
const TRAIN = patterns([1, 4, 9, 17, 22]);
const HELD_OUT = patterns([12, 27]);

/** A store in memory that copies values, like disks and databases. */
class MemoryStore implements RunStore {
  rows: MetricsRow[] = [];
  saved: SavedRun | undefined;
  best: Weights | undefined;
  calls: string[] = [];
  trainer: AdapterTrainer | undefined;

  async append(row: MetricsRow): Promise<void> {
    this.calls.push(row.evalLoss === undefined ? 'update' : 'evaluation');
    this.rows.push(row);
  }
  async saveBest(): Promise<void> {
    this.calls.push('best');
    this.best = await this.trainer?.adapter();
  }
  async saveCheckpoint(state: SavedRun['state']): Promise<void> {
    this.calls.push('checkpoint');
    const { trainer } = this;
    if (trainer)
      this.saved = structuredClone({ state, adapter: await trainer.adapter(), moments: await trainer.moments() });
  }
}

type Settings = Partial<Omit<LoopOptions, 'length' | 'store' | 'state'>> & { epochs?: number; learningRate?: number };

/** Trains from the store's state until the run ends or `watch` stops it. */
async function run(
  store: MemoryStore,
  { epochs = 3, learningRate = 0.02, ...settings }: Settings = {},
  watch: (event: LoopEvent) => boolean = () => true,
): Promise<{ result: LoopResult | undefined; adapter: Weights; events: LoopEvent[] }> {
  const { saved } = store;
  const trainer = await AdapterTrainer.create(ort, {
    config: CONFIG,
    lora: LORA,
    optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, maxGradientNorm: 1 },
    base: keepBase(weights(), CONFIG, 'fp32'),
    adapter: saved?.adapter ?? initialAdapter(adapterTensors(CONFIG, LORA), adapterStream(SEED)),
    ...(saved && { moments: saved.moments }),
    session: { intraOpNumThreads: 1 },
  });
  store.trainer = trainer;
  try {
    const loop = trainingLoop(trainer, TRAIN, {
      plan: { seed: SEED, accumulate: 2, batchSequences: 1, batchTokens: 64 },
      length: { epochs, learningRate, schedule: 'cosine', warmupShare: 0 },
      saveEvery: 2,
      heldOut: HELD_OUT,
      ...settings,
      state: saved?.state ?? newRun('a run'),
      store,
    });
    const events: LoopEvent[] = [];
    let step = await loop.next();
    for (; !step.done; step = await loop.next()) {
      events.push(step.value);
      if (!watch(step.value)) return { result: undefined, adapter: await trainer.adapter(), events };
    }
    return { result: step.value, adapter: await trainer.adapter(), events };
  } finally {
    await trainer.dispose();
  }
}

const losses = ({ rows }: MemoryStore): (number | undefined)[][] =>
  rows.map(({ step, epoch, trainLoss, evalLoss }) => [step, epoch, trainLoss, evalLoss]);

describe('trainingLoop', () => {
  it('stores events before it reports them', async () => {
    const store = new MemoryStore();
    const seen: string[] = [];
    const { result } = await run(store, { epochs: 1, evalEvery: 2 }, ({ type }) => {
      seen.push(`${type} after ${store.calls.length}`);
      return true;
    });
    expect(store.calls).toEqual([
      'update',
      'update',
      'evaluation',
      'best',
      'checkpoint',
      'update',
      'evaluation',
      'best',
      'checkpoint',
    ]);
    expect(seen).toEqual([
      'update after 1',
      'update after 2',
      'evaluation after 4',
      'checkpoint after 5',
      'update after 6',
      'evaluation after 8',
      'checkpoint after 9',
    ]);
    expect(result).toEqual({ updates: 3, best: { loss: store.rows.at(-1)?.evalLoss, update: 3 }, reason: 'finished' });
    expect(store.rows.map(({ epoch }) => epoch)).toEqual([0.3333, 0.6667, 0.6667, 1, 1]);
  });

  it('logs the loss of another dataset, which decides nothing', async () => {
    const [alone, both] = [new MemoryStore(), new MemoryStore()];
    const straight = await run(alone, { epochs: 1 });
    const { adapter } = await run(both, { epochs: 1, transfer: TRAIN });
    expect(adapter).toEqual(straight.adapter);
    expect(alone.rows.at(-1)?.transferLoss).toBeUndefined();
    const { evalLoss, transferLoss } = both.rows.at(-1) ?? {};
    expect(evalLoss).toBe(alone.rows.at(-1)?.evalLoss);
    expect(transferLoss).toBeGreaterThan(0);
    expect(transferLoss).not.toBe(evalLoss);
    expect(both.best).toEqual(alone.best);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'computes the same bits when it is killed after update %i and resumed',
    async (update) => {
      const whole = new MemoryStore();
      const straight = await run(whole);
      const parts = new MemoryStore();
      await run(parts, {}, (event) => event.type !== 'update' || event.row.step < update);
      // Like a log that is truncated to the checkpoint.
      parts.rows = parts.rows.filter(({ step }) => step <= (parts.saved?.state.update ?? 0));
      const resumed = await run(parts);
      expect(resumed.adapter).toEqual(straight.adapter);
      expect(resumed.result).toEqual(straight.result);
      expect(parts.saved).toEqual(whole.saved);
      expect(parts.best).toEqual(whole.best);
      expect(losses(parts)).toEqual(losses(whole));
    },
  );

  it('makes a checkpoint when stopped, and resumes from there', async () => {
    const straight = await run(new MemoryStore());
    const store = new MemoryStore();
    const stop = AbortSignal.abort();
    for (const updates of [1, 2, 3]) {
      const { result } = await run(store, { signal: stop, saveEvery: 100 });
      expect(result).toMatchObject({ updates, reason: 'stopped' });
      expect(store.saved?.state.update).toBe(updates);
    }
    expect((await run(store)).adapter).toEqual(straight.adapter);
  });

  it('ends when the held-out loss stops falling, also across an interruption', async () => {
    const settings: Settings = { epochs: 20, learningRate: 2, evalEvery: 1, patience: 3 };
    const whole = new MemoryStore();
    const { result } = await run(whole, settings);
    expect(result?.reason).toBe('no-better');
    expect(result?.updates).toBe((result?.best?.update ?? NaN) + 3);
    const parts = new MemoryStore();
    await run(parts, settings, (event) => event.type !== 'checkpoint');
    expect((await run(parts, settings)).result).toEqual(result);
    // A finished run stays finished.
    expect((await run(parts, settings)).events).toEqual([]);
  });

  it('does not evaluate without held-out data', async () => {
    const store = new MemoryStore();
    const { result } = await run(store, { heldOut: [], evalEvery: 1, patience: 1 });
    expect(store.calls).not.toContain('evaluation');
    expect(result).toEqual({ updates: 9, best: null, reason: 'finished' });
  });

  it('names the step and the dialogues of a loss that is NaN, and stores nothing', async () => {
    const store = new MemoryStore();
    const failed = await run(store, { learningRate: 1e30 }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(LabError);
    expect(failed).toMatchObject({
      code: 'bad-data',
      message: expect.stringMatching(/step \d+, pattern \d+/) as string,
    });
    expect(store.rows.every(({ trainLoss = 0 }) => Number.isFinite(trainLoss))).toBe(true);
  });
});
