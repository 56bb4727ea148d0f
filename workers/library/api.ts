import type { DroppedFile } from '../../src/browser/model-store/ingest.ts';
import type { ChatMessage } from '../../src/core/context/message.ts';
import type { Method } from '../../src/rpc/protocol.ts';
import type { LoadProgress, TextForm } from '../../src/core/engine/engine.ts';
import type { MemoryEstimate } from '../../src/core/engine/memory.ts';
import type { MlcRecord, ModelRecord } from '../../src/core/engine/record.ts';

/** The methods of the worker for model files: adding, converting, counting tokens without weights. */
export type LibraryApi = {
  addFiles: Method<{ files: DroppedFile[]; convert: boolean }, ModelRecord, LoadProgress>;
  addUrl: Method<{ url: string; base: string }, ModelRecord, LoadProgress>;
  /** Converts a stored GGUF to an ONNX folder, as a new model. */
  convert: Method<{ record: ModelRecord; base: string }, ModelRecord, LoadProgress>;
  remove: Method<string, null>;
  /** Bytes on this device by model. */
  storedBytes: Method<string[], Record<string, number>>;
  countTokens: Method<{ record: ModelRecord; base: string; texts: string[]; form: TextForm }, number[]>;
  renderPrompt: Method<{ record: ModelRecord; base: string; messages: ChatMessage[] }, string>;
  estimate: Method<{ record: ModelRecord; base: string; device: 'webgpu' | 'wasm' }, MemoryEstimate | null>;
  webLlmList: Method<null, MlcRecord[]>;
};
