import type { LoadProgress } from '../../src/core/engine/engine.ts';
import type { OnnxRecord } from '../../src/core/engine/record.ts';
import type { RepresentationId } from '../../src/core/compression/representation.ts';
import type { BaseFormat } from '../../src/core/training/base.ts';
import type { LabelChoice } from '../../src/core/training/example.ts';
import type { AdamWConfig } from '../../src/core/training/graphs.ts';
import type { LoopEvent, LoopResult } from '../../src/core/training/loop.ts';
import type { AdapterTensor, LoraConfig } from '../../src/core/training/lora.ts';
import type { MetricsRow } from '../../src/core/training/metrics-row.ts';
import type { PlanOptions, RunLength } from '../../src/core/training/plan.ts';
import type { TrainingDialogue } from '../../src/core/training/prepare.ts';
import type { Sequence } from '../../src/core/training/sequence.ts';
import type { Method } from '../../src/rpc/protocol.ts';
import type { TrainingDevice } from './runtime.ts';

/** Weights in memory, with their config.json; or an ONNX folder that the lab exported. */
export type TrainingModel =
  | { kind: 'weights'; config: unknown; weights: Record<string, Float32Array> }
  | { kind: 'folder'; record: OnnxRecord; /** The lab's own address. */ base: string };

/** Tokens with their labels; or dialogues, which need a folder's tokenizer and chat template. */
export type TrainingExamples =
  | { kind: 'sequences'; sequences: Sequence[]; heldOut: Sequence[] }
  | {
      kind: 'dialogues';
      dialogues: TrainingDialogue[];
      heldOut: TrainingDialogue[];
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
  evalEvery: number | undefined;
  patience: number | undefined;
  saveEvery: number;
  /** The name under which this browser keeps the run's checkpoints; none are kept without one. */
  keep: string | undefined;
  /** Start over even if a run of that name is stored. */
  fresh: boolean;
  device: TrainingDevice;
  ortBase: string;
  threads: number;
}

/** What a run reports: files being read, then what the training loop does. */
export type TrainingEvent = ({ type: 'reading' } & LoadProgress) | LoopEvent;

export interface TrainingResult {
  /**
   * Under PEFT's names. That of the evaluation with the lowest loss where dialogues were held out, else that of the
   * last
   * update.
   */
  adapter: (AdapterTensor & { data: Float32Array })[];
  /** One for each update and each evaluation, those before an interruption included. */
  rows: MetricsRow[];
  /** Dialogues without a supporter turn, and those that were cut. */
  skipped: number;
  truncated: number;
  /** The lowest loss on the held-out dialogues, and the update after which it was measured. */
  best: LoopResult['best'];
  reason: LoopResult['reason'];
  /** Updates that an earlier visit had made. */
  resumedAt: number;
}

export type TrainingApi = {
  fineTune: Method<TrainingTask, TrainingResult, TrainingEvent>;
};
