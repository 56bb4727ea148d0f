import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { LabError } from '../../src/core/error.ts';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { readBase } from '../../src/core/training/base.ts';
import { fingerprintOf } from '../../src/core/training/fingerprint.ts';
import { trainingLoop, type LoopResult } from '../../src/core/training/loop.ts';
import { adapterTensors, initialAdapter } from '../../src/core/training/lora.ts';
import { adapterStream, planRun } from '../../src/core/training/plan.ts';
import { newRun, type RunState, type RunStore } from '../../src/core/training/run-state.ts';
import { AdapterTrainer, type Weights } from '../../src/core/training/trainer.ts';
import { recoverFolder, removeWritten } from '../files/output.ts';
import { ADAPTER_FILES, type AdapterKind, loadCheckpoint, saveAdapter } from './checkpoint.ts';
import { planOptions, type RunConfig } from './config.ts';
import { MetricsLog, METRICS_FILE, type MetricsRow } from './metrics.ts';
import { type RunPlace, writeConfig } from './place.ts';
import { templateOf, type Prepared } from './prepare.ts';

export interface RunOptions {
  onRow?: (row: MetricsRow, plan: { updates: number }) => void;
  onNote?: (note: string) => void;
  signal?: AbortSignal;
}

export type RunResult = LoopResult;

/**
 * Trains in `place`, the folder `config.out`, until the end of the plan, early stopping, or cancellation, which saves a
 * checkpoint first. Writes config.yaml, metrics.jsonl, last/ (adapter, optimizer, state) and best/ (adapter), but
 * only once the first update has succeeded: until then a run that is replaced or resumed is untouched.
 * @throws {LabError} `bad-data` when the loss is no longer finite, with the step and the dialogues of its batch.
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
  const { schedule } = planRun(data.train.sequences, plan, train);
  const fingerprint = fingerprintOf(fingerprinted(config, schedule.total), data.train.sequences);
  if (place.resume) await recoverFolder(bestFolder);
  const saved = place.resume ? await loadCheckpoint(lastFolder) : null;
  if (saved && saved.state.fingerprint !== fingerprint) {
    throw new LabError({
      code: 'bad-config',
      where: lastFolder,
      what: 'The checkpoint has other data or settings.',
      todo: 'Restore them, or start a new run with --set out=…; --fresh replaces this one.',
    });
  }
  if (place.resume && !saved) onNote?.('No checkpoint yet; starting from the beginning.');

  const tensors = adapterTensors(checkpoint.config, lora);
  const trainer = await openTrainer(
    checkpoint,
    config,
    saved?.adapter ?? initialAdapter(tensors, adapterStream(train.seed)),
    saved?.moments,
  );
  const kind: AdapterKind = { config, tensors, template: await templateOf(checkpoint, config.data.template) };
  const store = runFolder(trainer, kind, place, saved?.state.update ?? 0);
  try {
    const events = trainingLoop(trainer, data.train.sequences, {
      plan,
      length: train,
      heldOut: data.eval.sequences,
      transfer: data.transfer.sequences,
      evalEvery: train.evalEvery,
      saveEvery: train.saveEvery,
      patience: train.patience,
      state: saved?.state ?? newRun(fingerprint),
      store,
      signal,
    });
    let step = await events.next();
    for (; !step.done; step = await events.next())
      if (step.value.type !== 'checkpoint') onRow?.(step.value.row, { updates: step.value.total });
    return step.value;
  } finally {
    await trainer.dispose();
  }
}

/** A run's folder. Nothing is written into it before the first update has succeeded. */
function runFolder(trainer: AdapterTrainer, kind: AdapterKind, place: RunPlace, before: number): RunStore {
  const { config } = kind;
  const [lastFolder, bestFolder] = [join(config.out, 'last'), join(config.out, 'best')];
  const log = new MetricsLog(join(config.out, METRICS_FILE));
  const saveCheckpoint = async (state: RunState): Promise<void> =>
    saveAdapter(lastFolder, kind, await trainer.adapter(), { state, moments: await trainer.moments() });
  let begun = false;
  const begin = async (state: RunState): Promise<void> => {
    if (begun) return;
    begun = true;
    // The new checkpoint exists before the old run is removed, so that a kill leaves one of the two.
    if (place.replaces) await saveCheckpoint(state);
    await writeConfig(config);
    await log.rewind(before);
    if (place.replaces) await removeWritten(bestFolder, ADAPTER_FILES);
  };
  return {
    saveCheckpoint,
    async append(row, state) {
      await begin(state);
      await log.append(row);
    },
    saveBest: async () => saveAdapter(bestFolder, kind, await trainer.adapter()),
  };
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
      // Memory patterns are kept in addition to the arena and raise the peak by a gigabyte.
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
 * The settings that determine what a run computes; folders, devices and how often to save may change. Rules that have
 * changed since version 1 of checkpoints count only if they make a difference.
 */
function fingerprinted(config: RunConfig, total: number): unknown[] {
  const { lora, train, base } = config;
  const settings = { ...train, threads: null, saveEvery: null };
  const { batchTokens } = planOptions(config);
  const rules = [
    ...(base === 'fp32' ? [] : [base]),
    ...(train.batchTokens === undefined && train.batchSequences > 1 ? [{ batchTokens }] : []),
    ...(Math.round(train.warmupShare * total) === Math.ceil(train.warmupShare * total) ? [] : ['warm-up rounded up']),
  ];
  return [lora, settings, ...rules];
}
