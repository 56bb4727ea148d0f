import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { LabError } from '../../src/core/error.ts';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { readBase } from '../../src/core/training/base.ts';
import { makeUpdate } from '../../src/core/training/fine-tune.ts';
import { adapterTensors, initialAdapter } from '../../src/core/training/lora.ts';
import { adapterStream, planEpoch, planRun } from '../../src/core/training/plan.ts';
import { learningRate } from '../../src/core/training/schedule.ts';
import { batchOf, type Batch } from '../../src/core/training/sequence.ts';
import { AdapterTrainer, type Weights } from '../../src/core/training/trainer.ts';
import { recoverFolder, removeWritten } from '../files/output.ts';
import { ADAPTER_FILES, type AdapterKind, loadCheckpoint, saveAdapter, type RunState } from './checkpoint.ts';
import { planOptions, type RunConfig } from './config.ts';
import { MetricsLog, METRICS_FILE, type MetricsRow } from './metrics.ts';
import { type RunPlace, writeConfig } from './place.ts';
import { templateOf, type Prepared } from './prepare.ts';

export interface RunOptions {
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
 * Trains in `place`, the folder `config.out`, until the end of the plan, early stopping, or cancellation, which saves a
 * checkpoint first. Writes config.yaml, metrics.jsonl, last/ (adapter, optimizer, state) and best/ (adapter), and
 * nothing before the first update has succeeded: until then a run that is replaced or resumed stays as it was.
 * @throws {LabError} bad-data when the loss is no number any more, with the step and the dialogues of its batch.
 */
export async function trainRun(
  checkpoint: Checkpoint,
  config: RunConfig,
  data: Prepared,
  place: RunPlace,
  { onRow, onNote, signal }: RunOptions = {},
): Promise<RunResult> {
  const { train, lora, out } = config;
  const [lastFolder, bestFolder] = [join(out, 'last'), join(out, 'best')];
  const plan = planOptions(config);
  const { epochs, schedule } = planRun(data.train.sequences, plan, train);
  const { total } = schedule;
  const fingerprint = fingerprintOf(config, data, total);
  if (place.resume) await recoverFolder(bestFolder);
  const saved = place.resume ? await loadCheckpoint(lastFolder) : null;
  if (saved && saved.state.fingerprint !== fingerprint) {
    throw new LabError({
      code: 'bad-config',
      where: lastFolder,
      what: 'The checkpoint belongs to other data or settings.',
      todo: 'Restore them, or start a new run with --set out=…; --fresh replaces this one.',
    });
  }
  if (place.resume && !saved) onNote?.('There is no checkpoint yet; starting from the beginning.');

  const tensors = adapterTensors(checkpoint.config, lora);
  const trainer = await openTrainer(
    checkpoint,
    config,
    saved?.adapter ?? initialAdapter(tensors, adapterStream(train.seed)),
    saved?.moments,
  );
  const state: RunState = saved?.state ?? {
    version: 1,
    update: 0,
    epoch: 0,
    updateInEpoch: 0,
    fingerprint,
    best: null,
    stale: 0,
  };

  const kind: AdapterKind = { config, tensors, template: await templateOf(checkpoint, config.data.template) };
  const save = async (): Promise<void> =>
    saveAdapter(lastFolder, kind, await trainer.adapter(), { state: { ...state }, moments: await trainer.moments() });
  const log = new MetricsLog(join(out, METRICS_FILE));
  const before = saved?.state.update ?? 0;
  let begun = false;
  const begin = async (): Promise<void> => {
    if (begun) return;
    begun = true;
    // The new checkpoint is there before the old run goes, so that a kill leaves one of the two.
    if (place.replaces) await save();
    await writeConfig(config);
    await log.rewind(before);
    if (place.replaces) await removeWritten(bestFolder, ADAPTER_FILES);
  };
  const report = async (row: Omit<MetricsRow, 'step' | 'epoch'>): Promise<void> => {
    const whole = {
      step: state.update,
      epoch: round(state.epoch + state.updateInEpoch / Math.max(1, epochs[state.epoch] ?? 1), 4),
      ...row,
    };
    await log.append(whole);
    onRow?.(whole, { updates: total });
  };
  const evaluate = async (): Promise<void> => {
    if (data.eval.sequences.length === 0) return;
    const loss = await evaluationLoss(
      trainer,
      data.eval.sequences.map((sequence) => batchOf([sequence])),
    );
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
        const row = await makeUpdate(trainer, updates[state.updateInEpoch] ?? [], {
          update: state.update,
          rate: learningRate(schedule, state.update),
          seed: train.seed,
        });
        state.update++;
        state.updateInEpoch++;
        await begin();
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

async function openTrainer(
  checkpoint: Checkpoint,
  config: RunConfig,
  adapter: Weights,
  moments?: Parameters<typeof AdapterTrainer.create>[1]['moments'],
): Promise<AdapterTrainer> {
  const base = await readBase(checkpoint, config.base);
  const { train, lora, device } = config;
  const options = {
    config: checkpoint.config,
    lora,
    optimizer: {
      beta1: train.beta1,
      beta2: train.beta2,
      epsilon: train.epsilon,
      weightDecay: train.weightDecay,
      maxGradientNorm: train.maxGradNorm,
    },
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
    if (device === 'cpu' || error instanceof TypeError || error instanceof RangeError) {
      throw LabError.from(error, {
        code: 'bad-config',
        what: 'The training step cannot be built',
        todo: 'Check the settings under lora and train; if they are right, please report this.',
      });
    }
    throw LabError.from(error, {
      code: 'unsupported',
      where: device,
      what: 'The training step cannot be started on this device',
      todo: 'Use --device cpu, or an onnxruntime that has this device.',
    });
  }
}

/**
 * Names the data and settings that decide what a run computes; folders, devices and how often to save may change. Rules
 * that changed since checkpoints of version 1 were first written count only where they make a difference.
 */
function fingerprintOf(config: RunConfig, prepared: Prepared, total: number): string {
  const { lora, train, base } = config;
  const settings = { ...train, threads: null, saveEvery: null };
  const { batchTokens } = planOptions(config);
  const rules = [
    ...(base === 'fp32' ? [] : [base]),
    ...(train.batchTokens === undefined && train.batchSequences > 1 ? [{ batchTokens }] : []),
    ...(Math.round(train.warmupShare * total) === Math.ceil(train.warmupShare * total) ? [] : ['warm-up rounded up']),
  ];
  const hash = createHash('sha256').update(JSON.stringify([lora, settings, ...rules]));
  for (const { ids, positions, branches, labelled } of prepared.train.sequences)
    for (const part of [ids, positions, branches, labelled]) hash.update(part);
  return hash.digest('hex');
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
