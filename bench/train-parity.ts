import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { readTensor } from '../src/core/formats/checkpoint/checkpoint.ts';
import { adapterTensors, initialAdapter } from '../src/core/training/lora.ts';
import { randomStream } from '../src/core/random/sfc32.ts';
import { batchOf, type Sequence } from '../src/core/training/sequence.ts';
import { AdapterTrainer, type Weights } from '../src/core/training/trainer.ts';
import { writeTinyModel } from '../tests/harness/tiny-model.ts';
import { readWeights, saveAdapter } from '../trainer/train/checkpoint.ts';
import { parseRunConfig } from '../trainer/train/config.ts';
import { openCheckpoint } from '../trainer/files/open.ts';
import { runPython } from './python-run.ts';

const STEPS = 20;
const LENGTH = 48;
const OPTIMIZER = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, maxGradientNorm: 1 };
const RATE = 2e-4;
const SHAPE = { hidden_size: 128, intermediate_size: 256, num_hidden_layers: 4, initializer_range: 0.02 };

/** Trains the same adapter on the same batches here and with PEFT on torch, and prints how far they differ. */
export async function trainParity(): Promise<void> {
  const folder = '.cache/bench-train/parity';
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeTinyModel(join(folder, 'model'), SHAPE);
  const run = parseRunConfig(
    { model: join(folder, 'model'), out: folder, data: { train: 'none' }, lora: { rank: 64, alpha: 32, dropout: 0 } },
    'bench',
  );
  const { checkpoint, close } = await openCheckpoint(run.model);
  const base: Weights = new Map();
  for (const name of checkpoint.tensors.keys()) base.set(name, await readTensor(checkpoint, name));
  await close();
  const tensors = adapterTensors(checkpoint.config, run.lora);
  const first = initialAdapter(tensors, randomStream(1));
  await saveAdapter(join(folder, 'adapter'), { config: run, tensors, template: undefined }, first);
  const sequences = Array.from({ length: STEPS }, (_, step) => randomSequence(step));
  await writeFile(
    join(folder, 'batches.json'),
    JSON.stringify({
      rate: RATE,
      weightDecay: OPTIMIZER.weightDecay,
      maxGradientNorm: OPTIMIZER.maxGradientNorm,
      batches: sequences.map(({ ids, labelled }) => ({ ids: [...ids], labelled: [...labelled] })),
    }),
  );

  const trainer = await AdapterTrainer.create(ort, {
    config: checkpoint.config,
    lora: run.lora,
    optimizer: OPTIMIZER,
    base,
    adapter: first,
  });
  const own: { loss: number; norm: number }[] = [];
  for (const sequence of sequences) {
    const batch = batchOf([sequence]);
    const { sum, labels } = await trainer.accumulate(batch, 1 / batch.labels, []);
    own.push({ loss: sum / labels, norm: await trainer.update(RATE) });
  }
  const adapter = await trainer.adapter();
  await trainer.dispose();

  const theirs = await runPython<{ loss: number; norm: number }[]>('train_parity.py', [folder]);
  const peft = await readWeights(join(folder, 'peft/adapter_model.safetensors'));
  const gap = (pick: (row: { loss: number; norm: number }) => number): number =>
    Math.max(...own.map((row, i) => Math.abs(pick(row) - pick(theirs[i] ?? { loss: NaN, norm: NaN }))));
  const relative = tensors.map(({ name }) => distance(adapter.get(name), peft.get(name)) / length(peft.get(name)));
  const moved = Math.sqrt(tensors.reduce((sum, { name }) => sum + distance(peft.get(name), first.get(name)) ** 2, 0));
  const apart = Math.sqrt(tensors.reduce((sum, { name }) => sum + distance(adapter.get(name), peft.get(name)) ** 2, 0));
  const result = {
    'loss, first step: here': own[0]?.loss,
    'loss, first step: PEFT': theirs[0]?.loss,
    'loss, largest difference of 20 steps (at most 1e-4)': gap(({ loss }) => loss),
    'gradient norm, largest difference': gap(({ norm }) => norm),
    'adapter, largest relative difference of a tensor (at most 1e-3)': Math.max(...relative),
    'adapter, difference relative to what 20 steps moved it': apart / moved,
  };
  console.log(JSON.stringify(result, null, 2));
  if (!(gap(({ loss }) => loss) <= 1e-4 && Math.max(...relative) <= 1e-3)) process.exitCode = 1;
}

function randomSequence(step: number): Sequence {
  const random = randomStream(2, step);
  return {
    id: `step ${step}`,
    ids: Int32Array.from({ length: LENGTH }, () => Math.floor(random() * 256)),
    positions: Int32Array.from({ length: LENGTH }, (_, i) => i),
    branches: new Int32Array(LENGTH),
    labelled: Uint8Array.from({ length: LENGTH }, (_, i) => (i > LENGTH / 2 ? 1 : 0)),
  };
}

function length(x: Float32Array = new Float32Array()): number {
  return Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
}

function distance(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (!a || a.length !== b?.length) return NaN;
  return length(a.map((value, i) => value - (b[i] ?? NaN)));
}
