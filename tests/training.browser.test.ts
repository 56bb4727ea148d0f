import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectedTensors } from '../src/core/formats/checkpoint/checkpoint.ts';
import { parseConfig } from '../src/core/formats/config.ts';
import type * as door from '../src/lab/training.ts';
import { keepBase, type BaseFormat } from '../src/core/training/base.ts';
import { trainingLoop } from '../src/core/training/loop.ts';
import { adapterTensors, initialAdapter, type LoraConfig } from '../src/core/training/lora.ts';
import { adapterStream } from '../src/core/training/plan.ts';
import { newRun } from '../src/core/training/run-state.ts';
import { randomStream } from '../src/core/random/sfc32.ts';
import type { Sequence } from '../src/core/training/sequence.ts';
import { AdapterTrainer } from '../src/core/training/trainer.ts';
import { launch } from './harness/browser.ts';
import { buildEnginePage, serveEnginePage } from './harness/engine-page.ts';
import type { ServedLab } from './harness/lab.ts';
import { takeSlow } from './harness/slow.ts';
import { visit, type Visit } from './harness/visit.ts';

declare global {
  /** Set by tests/harness/training-page/main.ts, in the page. */
  var training: typeof door;
}

const EMBEDDED = join(import.meta.dirname, '../public/models/smollm2-135m-instruct/');

const CONFIG = {
  model_type: 'llama',
  hidden_size: 32,
  intermediate_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 64,
  rms_norm_eps: 1e-5,
  rope_theta: 1000,
  max_position_embeddings: 64,
  tie_word_embeddings: true,
};
const LORA: LoraConfig = {
  rank: 4,
  alpha: 8,
  dropout: 0.1,
  targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj'],
  rankStabilized: false,
};
const FORMATS: BaseFormat[] = ['fp32', 'q4'];
const STEPS = 10;
/** Two sequences make two updates per epoch. */
const SETTINGS = {
  epochs: STEPS / 2,
  learningRate: 0.02,
  schedule: 'cosine',
  warmupShare: 0,
  accumulate: 1,
  seed: 7,
} as const;

function weights(): Map<string, Float32Array> {
  const random = randomStream(3);
  return new Map(
    [...expectedTensors(parseConfig(CONFIG)).required].map(([name, shape]) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      return [name, data.map(() => (name.endsWith('norm.weight') ? 1 : 0) + (random() - 0.5) / 2)];
    }),
  );
}

/** Two sequences with one pattern, which an adapter can learn. */
function sequences(): Sequence[] {
  return [3, 11].map((start, n) => {
    const ids = Int32Array.from({ length: 21 + n }, (_, i) => (start + 5 * i) % 64);
    return {
      id: `pattern ${n}`,
      ids,
      positions: ids.map((_, i) => i),
      branches: new Int32Array(ids.length),
      labelled: Uint8Array.from(ids, (_, i) => (i > 6 ? 1 : 0)),
    };
  });
}

const nothing = (): Promise<void> => Promise.resolve();

/** The losses of the same run in onnxruntime-node. */
async function expectedLosses(baseFormat: BaseFormat): Promise<number[]> {
  const config = parseConfig(CONFIG);
  const tensors = adapterTensors(config, LORA);
  const optimizer = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, maxGradientNorm: 1 };
  const trainer = await AdapterTrainer.create(ort, {
    config,
    lora: LORA,
    optimizer,
    base: keepBase(weights(), config, baseFormat),
    adapter: initialAdapter(tensors, adapterStream(SETTINGS.seed)),
  });
  const { epochs, learningRate, schedule, warmupShare, accumulate, seed } = SETTINGS;
  const losses: number[] = [];
  const events = trainingLoop(trainer, sequences(), {
    plan: { seed, accumulate, batchSequences: 1, batchTokens: 128 },
    length: { epochs, learningRate, schedule, warmupShare },
    saveEvery: 100,
    state: newRun(''),
    store: { append: nothing, saveBest: nothing, saveCheckpoint: nothing },
  });
  for await (const event of events) if (event.type === 'update') losses.push(event.row.trainLoss ?? NaN);
  await trainer.dispose();
  return losses;
}

interface Wire {
  device: door.TrainingDevice;
  baseFormat: BaseFormat;
  stopAfter?: number;
  /** Evaluates on the first sequence, under this name. */
  keep?: string;
}

/** In the page: trains, stops if requested, and returns the result as JSON data. */
async function train({ page }: Visit, wire: Wire) {
  const plain = {
    ...wire,
    lora: LORA,
    settings: SETTINGS,
    config: CONFIG,
    weights: [...weights()].map(([name, data]) => ({ name, data: [...data] })),
    sequences: sequences().map(({ id, ids, labelled }) => ({ id, ids: [...ids], labelled: [...labelled] })),
  };
  return page.evaluate(async ({ device, baseFormat, stopAfter, keep, lora, settings, config, weights, sequences }) => {
    const stop = new AbortController();
    const seen: number[] = [];
    const plain = sequences.map(({ id, ids, labelled }) => ({
      id,
      ids: Int32Array.from(ids),
      positions: Int32Array.from(ids, (_, i) => i),
      branches: new Int32Array(ids.length),
      labelled: Uint8Array.from(labelled),
    }));
    const result = await globalThis.training.fineTune({
      ...settings,
      ...(keep !== undefined && { keep, heldOutSequences: plain.slice(0, 1), evalEvery: 1, saveEvery: 2 }),
      lora,
      device,
      baseFormat,
      signal: stop.signal,
      model: { config, weights: Object.fromEntries(weights.map(({ name, data }) => [name, Float32Array.from(data)])) },
      sequences: plain,
      onProgress: (event) => {
        if (event.type === 'update') seen.push(event.row.step);
        if (seen.length === stopAfter) stop.abort();
      },
    });
    const files = await globalThis.training.adapterFiles(result, 'tiny');
    return {
      seen,
      stopped: result.stopped,
      losses: result.rows.flatMap(({ trainLoss }) => trainLoss ?? []),
      evaluations: result.rows.flatMap(({ evalLoss }) => evalLoss ?? []),
      best: result.best,
      reason: result.reason,
      resumedAt: result.resumedAt,
      adapter: result.adapter.map(({ name, data }) => [name, [...data]] as const),
      learnt: result.adapter
        .filter(({ matrix }) => matrix === 'B')
        .every(({ data }) => data.some((value) => value !== 0) && data.every(Number.isFinite)),
      files: await Promise.all(
        [...files].map(async ([name, blob]) => ({
          name,
          size: blob.size,
          text: name.endsWith('.json') ? await blob.text() : '',
        })),
      ),
    };
  }, plain);
}

let lab: ServedLab;
let browser: Browser;
let guest: Visit;
const expected = new Map<BaseFormat, number[]>();
beforeAll(async () => {
  await buildEnginePage('training-page');
  for (const format of FORMATS) expected.set(format, await expectedLosses(format));
  lab = await serveEnginePage({ 'models/smollm2-135m-instruct/': EMBEDDED }, 'training-page');
  browser = await launch({ webgpu: true });
  guest = await visit(browser, lab.url);
});
afterAll(async () => {
  await browser.close();
  await lab.close();
});

/** Software rendering takes 15 s to compile the shaders of a graph, so floats are tested there only in slow runs. */
const CASES = (['webgpu', 'wasm'] as const)
  .flatMap((device) => FORMATS.map((baseFormat) => ({ device, baseFormat })))
  .filter(({ device, baseFormat }) => takeSlow || device === 'wasm' || baseFormat === 'q4');

describe('training in a page', () => {
  it.for(CASES)(
    'gives the same losses on $device as in Node, base in $baseFormat',
    async ({ device, baseFormat }, { annotate }) => {
      const { losses, seen, stopped, learnt, files } = await train(guest, { device, baseFormat });
      const apart = Math.max(...losses.map((loss, i) => Math.abs(loss - (expected.get(baseFormat)?.[i] ?? NaN))));
      await annotate(
        `${device}, ${baseFormat}: loss ${losses[0]?.toFixed(4) ?? ''} → ${losses.at(-1)?.toFixed(4) ?? ''}, ` +
          `at most ${apart.toExponential(1)} from onnxruntime-node`,
      );
      expect(losses).toHaveLength(STEPS);
      expect(losses.at(-1)).toBeLessThan(0.8 * (losses[0] ?? 0));
      expect(apart).toBeLessThan(1e-4);
      expect(seen).toEqual(losses.map((_, i) => i + 1));
      expect([stopped, learnt]).toEqual([false, true]);
      expect(files.map(({ name }) => name)).toEqual(['adapter_model.safetensors', 'adapter_config.json']);
      expect(JSON.parse(files[1]?.text ?? '{}')).toMatchObject({ peft_type: 'LORA', r: LORA.rank });
    },
  );

  it('returns what was learnt when it is stopped, and ends its worker', async () => {
    const { losses, stopped, learnt } = await train(guest, { device: 'wasm', baseFormat: 'fp32', stopAfter: 3 });
    expect(losses.length).toBeGreaterThanOrEqual(3);
    expect(losses.length).toBeLessThan(STEPS);
    expect([stopped, learnt]).toEqual([true, true]);
    await expect.poll(() => guest.page.workers().length, { timeout: 60_000 }).toBe(0);
  });

  it('resumes a run after the page was closed, with the results of an uninterrupted run', async () => {
    const wire = { device: 'wasm', baseFormat: 'fp32' } as const;
    const whole = await train(guest, { ...wire, keep: 'whole' });
    expect(whole).toMatchObject({ reason: 'finished', resumedAt: 0 });
    expect(whole.evaluations).toHaveLength(STEPS);
    expect(whole.best?.loss).toBe(Math.min(...whole.evaluations));

    const before = await train(guest, { ...wire, keep: 'in parts', stopAfter: 3 });
    expect(before.reason).toBe('stopped');
    await guest.page.reload();
    const kept = await guest.page.evaluate(() => globalThis.training.keptTrainings());
    expect(kept.map(({ name, ended, total }) => ({ name, ended, total }))).toEqual([
      { name: 'in parts', ended: false, total: STEPS },
      { name: 'whole', ended: true, total: STEPS },
    ]);
    const after = await train(guest, { ...wire, keep: 'in parts' });
    expect(after.resumedAt).toBe(kept[0]?.updates);
    expect(after.seen).toEqual(Array.from({ length: STEPS - after.resumedAt }, (_, i) => after.resumedAt + i + 1));
    expect(after.adapter).toEqual(whole.adapter);
    expect([after.losses, after.evaluations, after.best]).toEqual([whole.losses, whole.evaluations, whole.best]);

    // A finished run returns its adapter immediately, and other settings are not mixed into it.
    const again = await train(guest, { ...wire, keep: 'in parts' });
    expect([again.seen, again.adapter]).toEqual([[], whole.adapter]);
    await expect(train(guest, { ...wire, baseFormat: 'q4', keep: 'in parts' })).rejects.toThrow(
      'other data or settings',
    );
    await guest.page.evaluate(() => globalThis.training.deleteTraining('in parts'));
    expect((await guest.page.evaluate(() => globalThis.training.keptTrainings())).map(({ name }) => name)).toEqual([
      'whole',
    ]);
  });

  it.runIf(takeSlow)('teaches the embedded model a reply', { timeout: 400_000 }, async ({ annotate }) => {
    const { losses, seconds } = await guest.page.evaluate(async () => {
      const times: number[] = [];
      const { rows } = await globalThis.training.fineTune({
        dialogues: [
          {
            id: 'one',
            utterances: [
              { speaker: 'seeker', text: 'I lost my job today.' },
              { speaker: 'supporter', text: 'That is a heavy thing to carry. What worries you most right now?' },
            ],
          },
        ],
        device: 'wasm',
        epochs: 8,
        learningRate: 5e-3,
        schedule: 'constant',
        warmupShare: 0,
        onProgress: (event) => void (event.type === 'update' && times.push(performance.now())),
      });
      return {
        losses: rows.map(({ trainLoss }) => trainLoss ?? NaN),
        seconds: times.slice(1).map((time, i) => (time - (times[i] ?? 0)) / 1000),
      };
    });
    await annotate(
      `embedded model on Wasm: loss ${losses[0]?.toFixed(3) ?? ''} → ${losses.at(-1)?.toFixed(3) ?? ''}, ` +
        `${Math.min(...seconds).toFixed(1)} s per update`,
    );
    expect(losses).toHaveLength(8);
    expect(losses.at(-1)).toBeLessThan(0.85 * (losses[0] ?? 0));
  });

  it('violates no policy of the page and contacts no other host', () => {
    expect(guest.errors).toEqual([]);
    expect([...guest.origins]).toEqual([new URL(lab.url).origin]);
  });
});
