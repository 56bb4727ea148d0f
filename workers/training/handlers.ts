import { hashBytes } from '../../src/browser/model-store/digest.ts';
import type { LoadOptions } from '../../src/core/engine/engine.ts';
import { sparingly } from '../../src/core/engine/progress.ts';
import { LabError } from '../../src/core/error.ts';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { parseConfig, type ModelConfig } from '../../src/core/formats/config.ts';
import { keepBase, readBase, type BaseWeights } from '../../src/core/training/base.ts';
import { fingerprintOf } from '../../src/core/training/fingerprint.ts';
import { trainingLoop } from '../../src/core/training/loop.ts';
import { adapterTensors, initialAdapter } from '../../src/core/training/lora.ts';
import { adapterStream, planRun } from '../../src/core/training/plan.ts';
import { newRun, type SavedRun } from '../../src/core/training/run-state.ts';
import { AdapterTrainer } from '../../src/core/training/trainer.ts';
import { openExportedFiles } from '../../src/engines/exported-files.ts';
import { withTransfer } from '../../src/rpc/protocol.ts';
import type { CallContext, Handlers } from '../../src/rpc/server.ts';
import { recordFiles } from '../engine/record-files.ts';
import type { TrainingApi, TrainingEvent, TrainingResult, TrainingTask } from './api.ts';
import { prepareExamples, type PreparedExamples } from './examples.ts';
import { alone, checkFingerprint, KeptRun, savedRun } from './kept-run.ts';
import { openTrainingRuntime } from './runtime.ts';

export const trainingHandlers: Handlers<TrainingApi> = {
  fineTune: (task, context) => alone(task.keep, () => fineTune(task, context)),
};

async function fineTune(task: TrainingTask, { signal, emit }: CallContext<TrainingEvent>): Promise<TrainingResult> {
  const { lora, plan, length, keep } = task;
  const onProgress = sparingly((progress) => emit({ type: 'reading', ...progress }));
  const saved = await savedRun(keep, task.fresh);
  const startedAt = saved?.startedAt ?? Date.now();
  const checkpoint = await openModel(task, onProgress, signal);
  const config = checkpoint?.config ?? parseConfig(task.model.kind === 'weights' ? task.model.config : null);
  const examples = await prepareExamples(task.examples, checkpoint, new Date(startedAt), signal);
  const fingerprint = await fingerprintOfTask(task, examples);
  if (saved) checkFingerprint(saved, fingerprint);

  const base =
    task.model.kind === 'weights'
      ? keepBase(Object.entries(task.model.weights), config, task.base)
      : await readBase(checkpoint as Checkpoint, task.base, signal, (done, all) =>
          onProgress({ stage: 'Unpacking the weights', loadedBytes: done, totalBytes: all }),
        );
  const trainer = await openTrainer(task, config, base, saved);
  // On a graphics device the weights now lie there a second time.
  if (task.device === 'webgpu') base.clear();
  try {
    const { total } = planRun(examples.sequences, plan, length).schedule;
    const run = new KeptRun(trainer, saved, keep === undefined ? undefined : { name: keep, total, startedAt });
    const { evalEvery, patience, saveEvery } = task;
    const state = saved?.state ?? newRun(fingerprint);
    const { sequences, heldOut, skipped, truncated } = examples;
    const options = { plan, length, heldOut, evalEvery, patience, saveEvery, state, store: run, signal };
    const events = trainingLoop(trainer, sequences, options);
    let step = await events.next();
    for (; !step.done; step = await events.next()) emit(step.value);
    const { best, reason } = step.value;
    if (reason !== 'stopped') await run.end();
    const weights = run.best ?? (await trainer.adapter());
    const adapter = adapterTensors(config, lora).map((tensor) => ({
      ...tensor,
      data: weights.get(tensor.name) ?? new Float32Array(),
    }));
    return withTransfer(
      { adapter, rows: run.rows, skipped, truncated, best, reason, resumedAt: saved?.state.update ?? 0 },
      adapter.map(({ data }) => data.buffer as ArrayBuffer),
    );
  } finally {
    await trainer.dispose();
  }
}

async function openModel(
  { model }: TrainingTask,
  onProgress: NonNullable<LoadOptions['onProgress']>,
  signal: AbortSignal,
): Promise<Checkpoint | undefined> {
  if (model.kind === 'weights') return undefined;
  const options = { onProgress, signal };
  return openExportedFiles(await recordFiles(model.record, model.base, options), options);
}

/**
 * Names the model, the data and the settings that decide what a run computes; the device and how often to save may
 * change.
 */
async function fingerprintOfTask(
  { model, base, lora, optimizer, plan, length, evalEvery, patience }: TrainingTask,
  { sequences, heldOut }: PreparedExamples,
): Promise<string> {
  const weights =
    model.kind === 'weights'
      ? await Promise.all(
          Object.entries(model.weights).map(async ([name, data]) => [
            name,
            await hashBytes(data as Float32Array<ArrayBuffer>),
          ]),
        )
      : [model.record.id, model.record.bytes];
  const config = model.kind === 'weights' ? model.config : null;
  return fingerprintOf(
    [config, weights, base, lora, optimizer, plan, length, evalEvery ?? null, patience ?? null, heldOut.length],
    [...sequences, ...heldOut],
  );
}

async function openTrainer(
  { device, ortBase, threads, lora, optimizer, plan }: TrainingTask,
  config: ModelConfig,
  base: BaseWeights,
  saved: SavedRun | undefined,
): Promise<AdapterTrainer> {
  const adapter = saved?.adapter ?? initialAdapter(adapterTensors(config, lora), adapterStream(plan.seed));
  try {
    const { runtime, session, place } = await openTrainingRuntime(device, { ortBase, threads });
    const moments = saved && { moments: saved.moments };
    return await AdapterTrainer.create(runtime, { config, lora, optimizer, base, adapter, ...moments, session, place });
  } catch (error) {
    throw LabError.from(error, {
      code: 'unsupported',
      where: device,
      what: 'The training step cannot be started on this device',
      todo: device === 'webgpu' ? 'Try it on Wasm.' : 'Close other tabs, or train fewer layers.',
    });
  }
}
