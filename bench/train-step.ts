import * as ort from 'onnxruntime-node';
import { expectedTensors } from '../src/core/formats/checkpoint/checkpoint.ts';
import { parseConfig } from '../src/core/formats/config.ts';
import { keepBase, type BaseWeights } from '../src/core/training/base.ts';
import { adapterTensors, initialAdapter, type LoraConfig, type TargetModule } from '../src/core/training/lora.ts';
import { randomStream } from '../src/core/random/sfc32.ts';
import { batchOf } from '../src/core/training/sequence.ts';
import { AdapterTrainer } from '../src/core/training/trainer.ts';
import type { StepPlan, StepTimes } from './train.ts';

// A separate process, so that its peak memory is that of training alone.
const plan = JSON.parse(process.argv[2] ?? '{}') as StepPlan;
const config = parseConfig(plan.config);
const random = randomStream(1);
const base: BaseWeights = new Map();
for (const [name, shape] of expectedTensors(config).required) {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  const values = name.endsWith('norm.weight') ? data.fill(1) : data.map(() => (random() - 0.5) / 10);
  for (const [key, kept] of keepBase([[name, values]], config, plan.base)) base.set(key, kept);
}
const lora: LoraConfig = {
  rank: plan.rank,
  alpha: 32,
  dropout: 0.1,
  targets: plan.targets as TargetModule[],
  rankStabilized: false,
};
const trainer = await AdapterTrainer.create(ort, {
  config,
  lora,
  base,
  adapter: initialAdapter(adapterTensors(config, lora), random),
  optimizer: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, maxGradientNorm: 1 },
  session: { intraOpNumThreads: plan.threads, enableMemPattern: false },
});
const ids = Int32Array.from({ length: plan.tokens }, () => Math.floor(random() * config.vocabSize));
const batch = batchOf([
  {
    id: 'random',
    ids,
    positions: ids.map((_, i) => i),
    branches: new Int32Array(plan.tokens),
    labelled: Uint8Array.from(ids, (_, i) => i % 2),
  },
]);
const seconds: number[] = [];
for (let step = 0; step < plan.steps; step++) {
  const start = performance.now();
  await trainer.accumulate(batch, 1 / batch.labels, [1, step]);
  await trainer.update(2e-4);
  seconds.push((performance.now() - start) / 1000);
}
const times: StepTimes = { seconds, peakBytes: process.resourceUsage().maxRSS * 1024 };
console.log(JSON.stringify(times));
