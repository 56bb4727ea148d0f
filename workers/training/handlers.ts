import { openExportedFiles } from '../../src/engines/exported-files.ts';
import type { LoadProgress } from '../../src/core/engine/engine.ts';
import type { OnnxRecord } from '../../src/core/engine/record.ts';
import { recordFiles } from '../engine/loaders.ts';
import { LabError } from '../../src/core/error.ts';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { parseConfig, type ModelConfig } from '../../src/core/formats/config.ts';
import { loadRepresentation } from '../../src/core/compression/load.ts';
import type { RepresentationId } from '../../src/core/compression/representation.ts';
import type { Method } from '../../src/rpc/protocol.ts';
import { withTransfer } from '../../src/rpc/protocol.ts';
import type { Handlers } from '../../src/rpc/server.ts';
import { keepBase, readBase, type BaseFormat, type BaseWeights } from '../../src/core/training/base.ts';
import { chatTokenizerOf } from '../../src/core/tokenizer/chat-tokenizer.ts';
import type { LabelChoice } from '../../src/core/training/example.ts';
import { fineTune } from '../../src/core/training/fine-tune.ts';
import type { AdamWConfig } from '../../src/core/training/graphs.ts';
import { adapterTensors, initialAdapter, type AdapterTensor, type LoraConfig } from '../../src/core/training/lora.ts';
import type { MetricsRow } from '../../src/core/training/metrics-row.ts';
import { adapterStream, type PlanOptions, type RunLength } from '../../src/core/training/plan.ts';
import { prepareDialogues, requireSequences, type TrainingDialogue } from '../../src/core/training/prepare.ts';
import type { Sequence } from '../../src/core/training/sequence.ts';
import { AdapterTrainer } from '../../src/core/training/trainer.ts';
import { openTrainingRuntime, type TrainingDevice } from './runtime.ts';

/** Weights at hand, with their config.json; or an ONNX folder that the lab exported. */
export type TrainingModel =
  | { kind: 'weights'; config: unknown; weights: Record<string, Float32Array> }
  | { kind: 'folder'; record: OnnxRecord; /** The lab's own address. */ base: string };

/** Tokens with their labels; or dialogues, which need a folder's tokenizer and chat template. */
export type TrainingExamples =
  | { kind: 'sequences'; sequences: Sequence[] }
  | {
      kind: 'dialogues';
      dialogues: TrainingDialogue[];
      representation: RepresentationId;
      labels: LabelChoice;
      system: string;
      maxTokens: number;
    };

export interface TrainingTask {
  model: TrainingModel;
  examples: TrainingExamples;
  /** How the base's matrices are kept. */
  base: BaseFormat;
  lora: LoraConfig;
  optimizer: AdamWConfig;
  plan: PlanOptions;
  length: RunLength;
  device: TrainingDevice;
  ortBase: string;
  threads: number;
}

/** What a run reports: files being read, then a row for each update. */
export type TrainingEvent = ({ type: 'reading' } & LoadProgress) | { type: 'update'; row: MetricsRow; total: number };

export interface TrainingResult {
  /** Under PEFT's names. */
  adapter: (AdapterTensor & { data: Float32Array })[];
  rows: MetricsRow[];
  /** Dialogues without a supporter turn, and those that were cut. */
  skipped: number;
  truncated: number;
}

export type TrainingApi = {
  fineTune: Method<TrainingTask, TrainingResult, TrainingEvent>;
};

export const trainingHandlers: Handlers<TrainingApi> = {
  async fineTune(task, { signal, emit }) {
    const { lora, optimizer, plan, length } = task;
    const onProgress = (progress: LoadProgress): void => emit({ type: 'reading', ...progress });
    const checkpoint =
      task.model.kind === 'folder'
        ? await openExportedFiles(await recordFiles(task.model.record, task.model.base, { onProgress, signal }), {
            onProgress,
            signal,
          })
        : undefined;
    const config = checkpoint?.config ?? parseConfig(task.model.kind === 'weights' ? task.model.config : null);
    const { sequences, skipped, truncated } = await sequencesOf(task.examples, checkpoint, signal);
    const base =
      task.model.kind === 'weights'
        ? keepBase(Object.entries(task.model.weights), config, task.base)
        : await readBase(checkpoint as Checkpoint, task.base, signal, (done, all) =>
            onProgress({ stage: 'Unpacking the weights', loadedBytes: done, totalBytes: all }),
          );
    const trainer = await openTrainer(task, config, base);
    // On a graphics device the weights now lie there a second time.
    if (task.device === 'webgpu') base.clear();
    try {
      const rows = await fineTune(trainer, sequences, {
        plan,
        length,
        signal,
        onRow: (row, total) => emit({ type: 'update', row, total }),
      });
      const weights = await trainer.adapter();
      const adapter = adapterTensors(config, lora).map((tensor) => ({
        ...tensor,
        data: weights.get(tensor.name) ?? new Float32Array(),
      }));
      return withTransfer(
        { adapter, rows, skipped, truncated },
        adapter.map(({ data }) => data.buffer as ArrayBuffer),
      );
    } finally {
      await trainer.dispose();
    }

    async function openTrainer(
      { device, ortBase, threads }: TrainingTask,
      config: ModelConfig,
      base: BaseWeights,
    ): Promise<AdapterTrainer> {
      const adapter = initialAdapter(adapterTensors(config, lora), adapterStream(plan.seed));
      try {
        const { runtime, session, place } = await openTrainingRuntime(device, { ortBase, threads });
        return await AdapterTrainer.create(runtime, { config, lora, optimizer, base, adapter, session, place });
      } catch (error) {
        throw LabError.from(error, {
          code: 'unsupported',
          where: device,
          what: 'The training step cannot be started on this device',
          todo: device === 'webgpu' ? 'Try it on Wasm.' : 'Close other tabs, or train fewer layers.',
        });
      }
    }
  },
};

async function sequencesOf(
  examples: TrainingExamples,
  checkpoint: Checkpoint | undefined,
  signal: AbortSignal,
): Promise<{ sequences: Sequence[]; skipped: number; truncated: number }> {
  if (examples.kind === 'sequences') return { sequences: examples.sequences, skipped: 0, truncated: 0 };
  const { dialogues, representation, labels, system, maxTokens } = examples;
  const { compress } = await loadRepresentation(representation);
  const name = checkpoint?.name ?? 'The model';
  const part = await prepareDialogues(dialogues, {
    tokenizer: chatTokenizerOf(checkpoint?.files ?? new Map(), name),
    endIds: checkpoint?.config.eosTokenIds ?? [],
    now: new Date(),
    compress: (text) => compress(text).text,
    labels,
    system,
    maxTokens,
    overflow: 'truncate',
    template: `the chat template of ${name}`,
    signal,
  });
  requireSequences(part, maxTokens);
  const { sequences, counts } = part;
  return { sequences, skipped: counts.dialogues - counts.sequences, truncated: counts.tooLong };
}
