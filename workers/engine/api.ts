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

/** Everything an engine's worker has to know to load a model. */
export interface LoadRequest {
  record: ModelRecord;
  choice: EngineChoice;
  /** The lab's own address, ending in a slash: runtimes and the embedded model are found under it. */
  base: string;
  /** Threads of a Wasm runtime. */
  threads: number;
  /** An endpoint's key that is held in memory only. */
  apiKey?: string;
}

/** What the worker says of the model that it has loaded: the capabilities that have a value there. */
export interface LoadedInWorker {
  info: LoadedInfo;
  tokenizer: boolean;
  scorer: boolean;
}

/** The worker that holds one loaded model. */
export type EngineApi = {
  load: Method<LoadRequest, LoadedInWorker, LoadProgress>;
  renderPrompt: Method<ChatMessage[], string>;
  countTokens: Method<{ texts: string[]; form: TextForm }, number[]>;
  stream: Method<{ messages: ChatMessage[]; decoding: ReplyRequest }, null, StreamEvent>;
  score: Method<{ text: string; from: number }, TokenScore[]>;
  unload: Method<null, null>;
};
