import { execFile } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { promisify } from 'node:util';
import type { BaseFormat } from '../src/core/training/base.ts';
import { median } from '../src/core/statistics/descriptive.ts';
import { runPython } from './python-run.ts';

const execute = promisify(execFile);

/** What both sides run: SmolLM2-135M's shape with random weights, one sequence, every second token a label. */
export interface StepPlan {
  config: Record<string, unknown>;
  tokens: number;
  rank: number;
  targets: string[];
  threads: number;
  steps: number;
  /** Format of the base here; PEFT uses floats. */
  base: BaseFormat;
}

export interface StepTimes {
  seconds: number[];
  peakBytes: number;
}

const CONFIG = {
  model_type: 'llama',
  hidden_size: 576,
  intermediate_size: 1536,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  vocab_size: 49152,
  rms_norm_eps: 1e-5,
  rope_theta: 100000,
  max_position_embeddings: 8192,
  tie_word_embeddings: true,
};

/**
 * Prints tokens per second (median of all steps but the first of each process) and peak memory, here and with PEFT. The
 * two take turns, so that a slow period of the machine affects both.
 */
export async function benchTrain([tokens = '512', steps = '6', base = 'fp32', rounds = '3']: string[]): Promise<void> {
  const plan: StepPlan = {
    config: CONFIG,
    tokens: Number(tokens),
    steps: Number(steps),
    rank: 64,
    targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj'],
    threads: Math.min(2, availableParallelism()),
    base: base as BaseFormat,
  };
  const own: StepTimes[] = [];
  const peft: (StepTimes & { torch: string })[] = [];
  for (let round = 0; round < Number(rounds); round++) {
    const { stdout } = await execute(process.execPath, [
      '--import',
      'tsx',
      'bench/train-step.ts',
      JSON.stringify(plan),
    ]);
    own.push(JSON.parse(stdout) as StepTimes);
    peft.push(await runPython('train_speed.py', [JSON.stringify(plan)]));
  }
  console.log(
    `${cpus()[0]?.model ?? 'processor'}, ${plan.threads} threads, Node ${process.version}, torch ` +
      (peft[0]?.torch ?? ''),
  );
  console.log(
    `SmolLM2-135M (${base}), LoRA rank ${plan.rank} on q, k, v, o with dropout 0.1, ${plan.tokens} tokens, ` +
      `${rounds} times ${plan.steps} steps`,
  );
  const speed = (times: StepTimes[]): number => plan.tokens / median(times.flatMap(({ seconds }) => seconds.slice(1)));
  const perRound = own.map((times, i) => speed([times]) / speed(peft.slice(i, i + 1)));
  console.table({
    'here (onnxruntime-node)': { 'tokens/s': Math.round(speed(own)), 'peak GB': gigabytes(own) },
    'PEFT on torch': { 'tokens/s': Math.round(speed(peft)), 'peak GB': gigabytes(peft) },
    ratio: {
      'tokens/s': Number((speed(own) / speed(peft)).toFixed(2)),
      'peak GB': Number((gigabytes(own) / gigabytes(peft)).toFixed(2)),
    },
  });
  console.log(`Ratio of each round: ${perRound.map((ratio) => ratio.toFixed(2)).join(', ')}`);
}

function gigabytes(times: readonly StepTimes[]): number {
  return Number((Math.max(...times.map(({ peakBytes }) => peakBytes)) / 1e9).toFixed(2));
}
