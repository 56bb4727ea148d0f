import type { DroppedFile } from '../../src/browser/model-store/dropped-files.ts';
import type { ChatMessage } from '../../src/core/context/message.ts';
import type { Method } from '../../src/rpc/protocol.ts';
import type { ModelHashes } from '../../src/core/evaluation/provenance.ts';
import type { LoadProgress, TextForm } from '../../src/core/engine/engine.ts';
import type { MemoryEstimate } from '../../src/core/engine/memory.ts';
import type { AdapterRecord, MlcRecord, ModelRecord } from '../../src/core/engine/record.ts';

/** What is stored of a model, in bytes. */
export interface StoredBytes {
  /** Its own files, complete or in part. */
  files: number;
  /** What was made of them: a merged model, and one converted for llama.cpp. */
  made: number;
}

/** The lab's own address, and the models of this browser. */
interface Surroundings {
  base: string;
  known: ModelRecord[];
}

/** The methods of the worker for model files: adding, converting, counting tokens without weights. */
export type LibraryApi = {
  addFiles: Method<{ files: DroppedFile[]; convert: boolean } & Surroundings, ModelRecord, LoadProgress>;
  addUrl: Method<{ url: string; base: string }, ModelRecord, LoadProgress>;
  /** Converts a stored GGUF to an ONNX folder, as a new model. */
  convert: Method<{ record: ModelRecord } & Surroundings, ModelRecord, LoadProgress>;
  /** Adds up adapters of one base as a new model. */
  combine: Method<
    { name: string; parts: { record: AdapterRecord; weight: number }[] } & Surroundings,
    AdapterRecord,
    LoadProgress
  >;
  /** Hashes of a model's weights and tokenizer; null for models whose files have none. */
  hashes: Method<{ record: ModelRecord; base: string }, ModelHashes | null>;
  /** An adapter's files in a format, by name. */
  saveAdapter: Method<
    { record: AdapterRecord; base: string; format: 'gguf' | 'peft' },
    Map<string, Blob>,
    LoadProgress
  >;
  remove: Method<ModelRecord, null>;
  /** Bytes on this device by model, those of bases included. */
  storedBytes: Method<ModelRecord[], Record<string, StoredBytes>>;
  countTokens: Method<{ record: ModelRecord; base: string; texts: string[]; form: TextForm }, number[]>;
  renderPrompt: Method<{ record: ModelRecord; base: string; messages: ChatMessage[] }, string>;
  /** `wide`: whether the processor would widen the weights, if they are of a kind that can be. */
  estimate: Method<
    { record: ModelRecord; base: string; device: 'webgpu' | 'wasm'; wide: boolean },
    MemoryEstimate | null
  >;
  webLlmList: Method<null, MlcRecord[]>;
};
