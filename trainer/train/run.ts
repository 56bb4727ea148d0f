import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { stringify } from 'yaml';
import { LabError } from '../../src/error.ts';
import type { Checkpoint } from '../../src/model/checkpoint/checkpoint.ts';
import { readBase } from '../../src/train/base.ts';
import { makeUpdate } from '../../src/train/fine-tune.ts';
import { adapterTensors, initialAdapter } from '../../src/train/lora.ts';
import { adapterStream, planEpoch, planRun, type PlanOptions } from '../../src/train/plan.ts';
import { learningRate } from '../../src/train/schedule.ts';
import { batchOf, type Batch } from '../../src/train/sequence.ts';
import { AdapterTrainer, type Weights } from '../../src/train/trainer.ts';
import { type AdapterKind, loadCheckpoint, recoverFolder, saveAdapter, type RunState } from './checkpoint.ts';
import type { RunConfig } from './config.ts';
import { MetricsLog, type MetricsRow } from './metrics.ts';
import { templateOf, type Prepared } from './prepare.ts';

export interface RunOptions {
  /** Go on from the last checkpoint of `config.out`. */
  resume: boolean;
  onRow?: (row: MetricsRow, plan: { updates: number }) => void;
  onNote?: (note: string) => void;
  signal?: AbortSignal;
}

export interface RunResult {
  updates: number;
  best: RunState['best'];
  reason: 'finished' | 'no-better' | 'stopped';
}

/**
 * Trains until the end of the plan, early stopping, or cancellation, which saves a checkpoint first. Writes into
 * `config.out`: config.yaml, metrics.jsonl, last/ (adapter, optimizer, state) and best/ (adapter).
 * @throws {LabError} bad-data when the loss is no number any more, with the step and the dialogues of its batch.
 */
export async function trainRun(checkpoint: Checkpoint, config: RunConfig, data: Prepared, options: RunOptions): Promise<RunResult> {
  const { onRow, onNote, signal } = options;
  const { train, lora, out } = config;
  const [lastFolder, bestFolder] = [join(out, 'last'), join(out, 'best')];
  const fingerprint = fingerprintOf(config, data);
  if (options.resume) await recoverFolder(bestFolder);
  const saved = options.resume ? await loadCheckpoint(lastFolder) : null;
  if (saved && saved.state.fingerprint !== fingerprint) {
    throw new LabError({ code: 'bad-config', where: lastFolder, what: 'The checkpoint belongs to other data or settings.', todo: 'Restore them, or start without --resume.' });
  }
  const log = await openRun(config, saved?.state.update ?? 0, options.resume);
  if (options.resume && !saved) onNote?.('There is no checkpoint yet; starting from the beginning.');

  const tensors = adapterTensors(checkpoint.config, lora);
  const trainer = await openTrainer(checkpoint, config, saved?.adapter ?? initialAdapter(tensors, adapterStream(train.seed)), saved?.moments);
  const plan: PlanOptions = { seed: train.seed, batchSequences: train.batchSequences, batchTokens: train.batchTokens ?? config.data.maxTokens, accumulate: train.accumulate };
  const { epochs, schedule } = planRun(data.train.sequences, plan, train);
  const { total } = schedule;
  const state: RunState = saved?.state ?? { version: 1, update: 0, epoch: 0, updateInEpoch: 0, fingerprint, best: null, stale: 0 };

  const kind: AdapterKind = { config, tensors, template: await templateOf(checkpoint, config.data.template) };
  const save = async (): Promise<void> =>
    saveAdapter(lastFolder, kind, await trainer.adapter(), { state: { ...state }, moments: await trainer.moments() });
  const report = async (row: Omit<MetricsRow, 'step' | 'epoch'>): Promise<void> => {
    const whole = { step: state.update, epoch: round(state.epoch + state.updateInEpoch / Math.max(1, epochs[state.epoch] ?? 1), 4), ...row };
    await log.append(whole);
    onRow?.(whole, { updates: total });
  };
  const evaluate = async (): Promise<void> => {
    if (data.eval.sequences.length === 0) return;
    const loss = await evaluationLoss(trainer, data.eval.sequences.map((sequence) => batchOf([sequence])));
    await report({ evalLoss: loss });
    if (state.best && loss >= state.best.loss) {
      state.stale++;
    } else {
      [state.best, state.stale] = [{ loss, update: state.update }, 0];
      await saveAdapter(bestFolder, kind, await trainer.adapter());
    }
  };
  const exhausted = (): boolean => train.patience !== undefined && state.stale >= train.patience;

  try {
    while (state.epoch < train.epochs && state.update < total && !exhausted()) {
      const updates = planEpoch(data.train.sequences, state.epoch, plan);
      while (state.updateInEpoch < updates.length && state.update < total && !exhausted()) {
        const row = await makeUpdate(trainer, updates[state.updateInEpoch] ?? [], { update: state.update, rate: learningRate(schedule, state.update), seed: train.seed });
        state.update++;
        state.updateInEpoch++;
        await report(row);
        const endOfEpoch = state.updateInEpoch === updates.length || state.update === total;
        if (endOfEpoch || (train.evalEvery && state.update % train.evalEvery === 0)) await evaluate();
        if (endOfEpoch || state.update % train.saveEvery === 0 || exhausted()) await save();
        if (signal?.aborted) {
          await save();
          return { updates: state.update, best: state.best, reason: 'stopped' };
        }
      }
      if (state.updateInEpoch >= updates.length) [state.epoch, state.updateInEpoch] = [state.epoch + 1, 0];
    }
    return { updates: state.update, best: state.best, reason: exhausted() ? 'no-better' : 'finished' };
  } finally {
    await trainer.dispose();
  }
}

async function evaluationLoss(trainer: AdapterTrainer, batches: readonly Batch[]): Promise<number> {
  let [sum, labels] = [0, 0];
  for (const batch of batches) {
    const loss = await trainer.evaluate(batch);
    [sum, labels] = [sum + loss.sum, labels + loss.labels];
  }
  return sum / labels;
}

async function openRun(config: RunConfig, step: number, resume: boolean): Promise<MetricsLog> {
  try {
    await mkdir(config.out, { recursive: true });
    const path = join(config.out, 'metrics.jsonl');
    if (!resume) await Promise.all([path, join(config.out, 'last'), join(config.out, 'best')].map((old) => rm(old, { recursive: true, force: true })));
    await writeFile(join(config.out, 'config.yaml'), stringify(config));
    const log = new MetricsLog(path);
    await log.rewind(step);
    return log;
  } catch (error) {
    throw LabError.from(error, { code: 'bad-file', where: config.out, what: 'The folder of the run cannot be written', todo: 'Choose another with --set out=….' });
  }
}

async function openTrainer(checkpoint: Checkpoint, config: RunConfig, adapter: Weights, moments?: Parameters<typeof AdapterTrainer.create>[1]['moments']): Promise<AdapterTrainer> {
  const base = await readBase(checkpoint, config.base);
  const { train, lora, device } = config;
  const options = {
    config: checkpoint.config,
    lora,
    optimizer: { beta1: train.beta1, beta2: train.beta2, epsilon: train.epsilon, weightDecay: train.weightDecay, maxGradientNorm: train.maxGradNorm },
    base,
    adapter,
    ...(moments && { moments }),
    session: {
      executionProviders: [device],
      intraOpNumThreads: train.threads ?? availableParallelism(),
      // Patterns of freed blocks are kept beside the arena and make the peak a gigabyte higher.
      enableMemPattern: false,
    },
  };
  try {
    return await AdapterTrainer.create(ort, options);
  } catch (error) {
    throw LabError.from(error, { code: 'unsupported', where: device, what: 'The training step cannot be started on this device', todo: 'Use --device cpu, or onnxruntime for this device.' });
  }
}

/** Names the data and settings that decide what a run computes; folders, devices and how often to save may change. */
function fingerprintOf({ lora, train, base }: RunConfig, prepared: Prepared): string {
  const settings = { ...train, threads: null, saveEvery: null };
  const hash = createHash('sha256').update(JSON.stringify([lora, settings, ...(base === 'fp32' ? [] : [base])]));
  for (const { ids, positions, branches, labelled } of prepared.train.sequences) for (const part of [ids, positions, branches, labelled]) hash.update(part);
  return hash.digest('hex');
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
