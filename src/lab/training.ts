import { listTrainings } from '../browser/storage/training-store.ts';
import { probeGpu } from '../engines/gpu.ts';
import { wasmThreads } from '../engines/threads.ts';
import { memorySink } from '../core/formats/export/memory-sink.ts';
import { writeSafetensors } from '../core/formats/safetensors/write.ts';
import type { RepresentationId } from '../core/compression/representation.ts';
import { RpcWorker } from '../rpc/worker.ts';
import type { BaseFormat } from '../core/training/base.ts';
import type { LabelChoice } from '../core/training/example.ts';
import type { LoraConfig } from '../core/training/lora.ts';
import { ADAPTER_CONFIG, ADAPTER_FILE, peftConfig } from '../core/training/peft-config.ts';
import type { TrainingDialogue } from '../core/training/prepare.ts';
import type { ScheduleName } from '../core/training/schedule.ts';
import type { Sequence } from '../core/training/sequence.ts';
import { EMBEDDED_MODEL } from '../core/engine/embedded.ts';
import type { TrainingDevice } from '../../workers/training/runtime.ts';
import type { TrainingApi, TrainingEvent, TrainingModel, TrainingResult } from '../../workers/training/api.ts';

export type { TrainingDevice, TrainingEvent };
export { deleteTraining } from '../browser/storage/training-store.ts';

export interface FineTuneOptions {
  /** Dialogues whose supporter turns are trained on, or sequences of tokens. */
  dialogues?: TrainingDialogue[] | undefined;
  sequences?: Sequence[] | undefined;
  /**
   * Dialogues, or sequences, that are not trained on. The loss on them is measured at the end of each epoch, and the
   * adapter with the lowest loss is returned.
   */
  heldOut?: TrainingDialogue[] | undefined;
  heldOutSequences?: Sequence[] | undefined;
  /** Updates between further evaluations. */
  evalEvery?: number | undefined;
  /** Ends the run after this many evaluations without a better loss. */
  patience?: number | undefined;
  /**
   * A name under which this browser stores checkpoints of the run. The same data and settings under the same name
   * resume it, even after the page was closed, with the same results as an uninterrupted run.
   */
  keep?: string | undefined;
  /** Replaces the run stored under that name. */
  fresh?: boolean | undefined;
  /** Updates between checkpoints; 10 by default. Each epoch also ends with one. */
  saveEvery?: number | undefined;
  /** The embedded model by default, or a small one with its weights. */
  model?: { config: unknown; weights: Record<string, Float32Array> } | undefined;
  representation?: RepresentationId | undefined;
  labels?: LabelChoice | undefined;
  system?: string | undefined;
  /** Maximum tokens per dialogue, after which it is cut; 128 by default. */
  maxTokens?: number | undefined;
  /**
   * Format of the base matrices. By default, those of the embedded model keep their 4 bits, others are floats.
   */
  baseFormat?: BaseFormat | undefined;
  lora?: Partial<LoraConfig> | undefined;
  /** Passes over all dialogues; 1 by default. */
  epochs?: number | undefined;
  maxSteps?: number | undefined;
  learningRate?: number | undefined;
  schedule?: ScheduleName | undefined;
  warmupShare?: number | undefined;
  accumulate?: number | undefined;
  seed?: number | undefined;
  /** WebGPU by default, if available. */
  device?: TrainingDevice | 'auto' | undefined;
  onProgress?: ((event: TrainingEvent) => void) | undefined;
  /** Ends the run after the current update, with a checkpoint, and returns what was learnt. */
  signal?: AbortSignal | undefined;
}

export interface FineTuned extends TrainingResult {
  lora: LoraConfig;
  device: TrainingDevice;
  /** Whether the run was stopped before its end. */
  stopped: boolean;
}

/**
 * Number of last layers that a tab trains: the backward pass ends there, and two are enough to change a small model.
 */
const LAST_LAYERS = [28, 29];
const ADAMW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, maxGradientNorm: 1 };

/**
 * Trains an adapter in a worker of this page and returns it; nothing leaves the device. By default: rank 8 on the
 * attention of the embedded model's last two layers, dialogues of at most 128 tokens.
 *
 * ```ts
 * const { adapter, rows } = await fineTune({ dialogues, onProgress: (event) => …, signal });
 * ```
 * @throws {LabError} `unsupported` when the device cannot run the step, `bad-data` when nothing can be learnt or the
 * loss diverges, `worker-lost` when the browser ends the worker for lack of memory; `bad-config` when the run stored
 * under the name has other data or settings, `busy` when another tab is training under it, `quota` when a checkpoint
 * cannot be stored.
 */
export async function fineTune(options: FineTuneOptions): Promise<FineTuned> {
  const { model, maxTokens = 128, onProgress, signal } = options;
  const device = options.device === undefined || options.device === 'auto' ? await deviceHere() : options.device;
  const lora: LoraConfig = {
    rank: 8,
    alpha: 16,
    dropout: 0.05,
    targets: ['q_proj', 'k_proj', 'v_proj', 'o_proj'],
    rankStabilized: false,
    ...(model ? {} : { layers: LAST_LAYERS }),
    ...options.lora,
  };
  const base = new URL(import.meta.env.BASE_URL, document.baseURI).href;
  const source: TrainingModel = model
    ? { kind: 'weights', ...model }
    : { kind: 'folder', record: EMBEDDED_MODEL, base };
  const worker = new RpcWorker<TrainingApi>(
    'training',
    () =>
      new Worker(new URL('../../workers/training/training.worker.ts', import.meta.url), {
        type: 'module',
        name: 'training',
      }),
  );
  try {
    const stream = worker.stream(
      'fineTune',
      {
        model: source,
        examples: options.sequences
          ? { kind: 'sequences', sequences: options.sequences, heldOut: options.heldOutSequences ?? [] }
          : {
              kind: 'dialogues',
              dialogues: options.dialogues ?? [],
              heldOut: options.heldOut ?? [],
              representation: options.representation ?? 'raw',
              labels: options.labels ?? 'supporter',
              system: options.system ?? '',
              maxTokens,
            },
        base: options.baseFormat ?? (model ? 'fp32' : 'q4'),
        lora,
        optimizer: ADAMW,
        plan: {
          seed: options.seed ?? 42,
          batchSequences: 1,
          batchTokens: Math.max(maxTokens, ...(options.sequences ?? []).map(({ ids }) => ids.length)),
          accumulate: options.accumulate ?? 1,
        },
        length: {
          epochs: options.epochs ?? 1,
          maxSteps: options.maxSteps,
          schedule: options.schedule ?? 'cosine',
          learningRate: options.learningRate ?? 1e-3,
          warmupShare: options.warmupShare ?? 0.03,
        },
        evalEvery: options.evalEvery,
        patience: options.patience,
        saveEvery: options.saveEvery ?? 10,
        keep: options.keep,
        fresh: options.fresh ?? false,
        device,
        ortBase: `${base}ort/`,
        threads: wasmThreads(),
      },
      { ...(signal && { signal }) },
    );
    let step = await stream.next();
    for (; !step.done; step = await stream.next()) onProgress?.(step.value);
    return { ...step.value, lora, device, stopped: step.value.reason === 'stopped' };
  } finally {
    // Only ending the worker releases its memory.
    worker.terminate();
  }
}

/** A run whose checkpoint this browser stores. */
export interface KeptTraining {
  name: string;
  /** Updates so far, out of `total`. */
  updates: number;
  total: number;
  /** The lowest loss on held-out dialogues, and the update after which it was measured. */
  best: { loss: number; update: number } | null;
  /** Whether it has finished; training it again returns its adapter at once. */
  ended: boolean;
  /** Milliseconds since 1970. */
  savedAt: number;
}

/**
 * The runs that this browser stores, latest first.
 * @throws {LabError} `unsupported` when it stores nothing.
 */
export async function keptTrainings(): Promise<KeptTraining[]> {
  return (await listTrainings()).map(({ name, state: { update, best }, total, ended, savedAt }) => ({
    name,
    updates: update,
    total,
    best,
    ended,
    savedAt,
  }));
}

/** The adapter as the two files that PEFT and this project's trainer read. */
export async function adapterFiles(
  { adapter, lora }: Pick<FineTuned, 'adapter' | 'lora'>,
  base = EMBEDDED_MODEL.id,
): Promise<Map<string, Blob>> {
  const sink = memorySink(ADAPTER_FILE);
  await writeSafetensors(sink, adapter, { format: 'pt' });
  return new Map([
    [ADAPTER_FILE, sink.blob()],
    [ADAPTER_CONFIG, new Blob([peftConfig(lora, base)])],
  ]);
}

/** WebGPU if there is a graphics card; software rendering is slower than Wasm. */
async function deviceHere(): Promise<'webgpu' | 'wasm'> {
  const gpu = await probeGpu();
  return gpu.available && !gpu.software ? 'webgpu' : 'wasm';
}
