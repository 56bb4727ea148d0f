import type { ChatMessage } from '../../src/core/context/message.ts';
import type { Method } from '../../src/rpc/protocol.ts';
import type {
  LoadedInfo,
  LoadProgress,
  ReplyRequest,
  StreamEvent,
  TextForm,
  TokenScore,
} from '../../src/core/engine/engine.ts';
import type { EngineChoice, ModelRecord } from '../../src/core/engine/record.ts';

/** Everything an engine's worker needs to load a model. */
export interface LoadRequest {
  record: ModelRecord;
  choice: EngineChoice;
  /** The lab's own URL, ending in a slash, which serves runtimes and the embedded model. */
  base: string;
  /** Number of threads of a Wasm runtime. */
  threads: number;
  /** An endpoint's key that is held in memory only. */
  apiKey?: string;
}

/** The loaded model's metadata and which capabilities it has. */
export interface LoadedInWorker {
  info: LoadedInfo;
  tokenizer: boolean;
  scorer: boolean;
}

/** The methods of the worker of one loaded model. */
export type EngineApi = {
  load: Method<LoadRequest, LoadedInWorker, LoadProgress>;
  renderPrompt: Method<ChatMessage[], string>;
  countTokens: Method<{ texts: string[]; form: TextForm }, number[]>;
  stream: Method<{ messages: ChatMessage[]; decoding: ReplyRequest }, null, StreamEvent>;
  score: Method<{ text: string; from: number; top: number }, TokenScore[]>;
  unload: Method<null, null>;
};
