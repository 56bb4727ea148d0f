import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { stringify } from 'yaml';
import { LabError, throwIfCancelled } from '../../src/error.ts';
import { readTensor, type Checkpoint } from '../../src/model/checkpoint/checkpoint.ts';
import { adapterTensors, initialAdapter } from '../../src/train/lora.ts';
import { adapterStream, dropoutKey, planEpoch, type PlanOptions } from '../../src/train/plan.ts';
import { learningRate } from '../../src/train/schedule.ts';
import { batchOf, type Batch } from '../../src/train/sequence.ts';
import { AdapterTrainer, type Weights } from '../../src/train/trainer.ts';
import { ADAPTER_FILE, loadCheckpoint, readWeights, recoverFolder, saveAdapter, type RunState } from './checkpoint.ts';
import type { RunConfig } from './config.ts';
import { MetricsLog, type MetricsRow } from './metrics.ts';
import type { Prepared } from './prepare.ts';

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
  const epochs = Array.from({ length: train.epochs }, (_, epoch) => planEpoch(data.train.sequences, epoch, plan).length);
  const total = Math.min(epochs.reduce((a, b) => a + b, 0), train.maxSteps ?? Infinity);
  const schedule = { name: train.schedule, rate: train.learningRate, warmup: Math.round(train.warmupShare * total), total };
  const state: RunState = saved?.state ?? { version: 1, update: 0, epoch: 0, updateInEpoch: 0, fingerprint, best: null, stale: 0 };

  const save = async (): Promise<void> =>
    saveAdapter(lastFolder, config, tensors, await trainer.adapter(), { state: { ...state }, moments: await trainer.moments() });
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
      await saveAdapter(bestFolder, config, tensors, await trainer.adapter());
    }
  };
  const exhausted = (): boolean => train.patience !== undefined && state.stale >= train.patience;

  try {
    while (state.epoch < train.epochs && state.update < total && !exhausted()) {
      const updates = planEpoch(data.train.sequences, state.epoch, plan);
      while (state.updateInEpoch < updates.length && state.update < total && !exhausted()) {
        const row = await makeUpdate(trainer, updates[state.updateInEpoch] ?? [], state.update, learningRate(schedule, state.update), train.seed);
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

/** One update from its passes. The gradient is that of the mean loss over all their labels. */
async function makeUpdate(trainer: AdapterTrainer, batches: readonly Batch[], update: number, rate: number, seed: number): Promise<Omit<MetricsRow, 'step' | 'epoch'>> {
  const start = performance.now();
  const labels = batches.reduce((sum, batch) => sum + batch.labels, 0);
  let loss = 0;
  for (const [pass, batch] of batches.entries()) loss += (await trainer.accumulate(batch, 1 / labels, dropoutKey(seed, update, pass))).sum;
  const ids = batches.flatMap(({ sequences }) => sequences.map(({ id }) => id)).join(', ');
  if (!Number.isFinite(loss)) throw diverged(`The loss became ${loss}`, update, ids);
  const gradNorm = await trainer.update(rate);
  if (!Number.isFinite(gradNorm)) throw diverged(`The gradient's norm became ${gradNorm}`, update, ids);
  const tokens = batches.reduce((sum, batch) => sum + batch.tokens, 0);
  return { trainLoss: loss / labels, learningRate: rate, gradNorm, tokensPerSecond: round((1000 * tokens) / (performance.now() - start), 1) };
}

async function evaluationLoss(trainer: AdapterTrainer, batches: readonly Batch[], signal?: AbortSignal): Promise<number> {
  let [sum, labels] = [0, 0];
  for (const batch of batches) {
    throwIfCancelled(signal);
    const loss = await trainer.evaluate(batch);
    [sum, labels] = [sum + loss.sum, labels + loss.labels];
  }
  return sum / labels;
}

/**
 * Loss in nats per label over the evaluation part, with the adapter of a folder or, without one, of the base model.
 */
export async function evaluateAdapter(checkpoint: Checkpoint, config: RunConfig, data: Prepared, adapterFolder: string | undefined, signal?: AbortSignal): Promise<number> {
  const adapter = adapterFolder === undefined
    ? initialAdapter(adapterTensors(checkpoint.config, config.lora), adapterStream(config.train.seed))
    : await readWeights(join(adapterFolder, ADAPTER_FILE));
  const trainer = await openTrainer(checkpoint, config, adapter);
  try {
    return await evaluationLoss(trainer, data.eval.sequences.map((sequence) => batchOf([sequence])), signal);
  } finally {
    await trainer.dispose();
  }
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
  const base: Weights = new Map();
  for (const name of checkpoint.tensors.keys()) base.set(name, await readTensor(checkpoint, name));
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
function fingerprintOf({ lora, train }: RunConfig, prepared: Prepared): string {
  const settings = { ...train, threads: null, saveEvery: null };
  const hash = createHash('sha256').update(JSON.stringify([lora, settings]));
  for (const { ids, positions, branches, labelled } of prepared.train.sequences) for (const part of [ids, positions, branches, labelled]) hash.update(part);
  return hash.digest('hex');
}

function diverged(what: string, update: number, ids: string): LabError {
  return new LabError({ code: 'bad-data', where: `step ${update + 1}, ${ids}`, what: `${what}; nothing after the last checkpoint was saved.`, todo: 'Lower train.learningRate, or look at these dialogues; then use --resume.' });
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
