import type { ChatMessage } from '../context/message.ts';
import type { ModelTokenizer } from '../context/tokenizer.ts';

export type { ModelTokenizer, TextForm } from '../context/tokenizer.ts';

/** Where a model runs. `remote` is an OpenAI-compatible endpoint. */
export type Device = 'webgpu' | 'wasm' | 'cpu' | 'remote';

export const ENGINE_IDS = ['transformers', 'wllama', 'webllm', 'openai'] as const;
export type EngineId = (typeof ENGINE_IDS)[number];

/** What a loaded model honours when it replies; decides which controls the interface shows. */
export interface DecodingFeatures {
  /** Whether the same seed and settings give the same reply. */
  seed: boolean;
  /** Whether `topK` is honoured. */
  topK: boolean;
  /** Whether a reply can be resumed where it ended (`ReplyRequest.beginning`). */
  resumes: boolean;
}

/** Decoding settings. The paper's are the defaults (see `PAPER_DECODING`). */
export interface Decoding {
  temperature: number;
  topP: number;
  topK: number;
  /** At most this many tokens in a reply. */
  maxNewTokens: number;
  /** Any 32-bit unsigned integer. */
  seed: number;
}

/** What a reply is requested with. */
export interface ReplyRequest extends Decoding {
  /** A JSON schema for the reply; engines without constrained decoding ignore it. */
  jsonSchema?: object;
  /** The reply so far: the model writes only what follows it. Requires `features.resumes`. */
  beginning?: string;
}

export const PAPER_DECODING: Omit<Decoding, 'seed'> = {
  temperature: 0.7,
  topP: 0.95,
  topK: 50,
  maxNewTokens: 128,
};

/** Why a reply ended; `content-filter`: a server's filter stopped it. */
export const FINISH_REASONS = ['stop', 'length', 'cancelled', 'content-filter'] as const;
export type FinishReason = (typeof FINISH_REASONS)[number];

/** Something that happened while a reply streams. */
export type StreamEvent =
  | { type: 'prompt'; tokens: number }
  | { type: 'text'; text: string }
  | { type: 'done'; reason: FinishReason; stats: ReplyStats };

export interface ReplyStats {
  /** Tokens of the rendered prompt; null if the engine does not report them. */
  promptTokens: number | null;
  /** Tokens of the prompt that were read, because the cache of keys and values did not hold them; absent if unknown. */
  readTokens?: number | undefined;
  newTokens: number;
  /** Milliseconds from the request to the first token. */
  firstTokenMs: number;
  /** Milliseconds from the first token to the last; tokens per second is (newTokens - 1) / decodeMs * 1000. */
  decodeMs: number;
}

/** A token that could have stood at a position, with its log-probability in nats. */
export interface LikelyToken {
  id: number;
  text: string;
  logprob: number;
}

/** One token of a scored text. `logprob` is in nats, null for the first token, which nothing predicts. */
export interface TokenScore {
  id: number;
  text: string;
  logprob: number | null;
  /** The most likely id at this position, if the engine reports it. */
  likeliest?: number;
  /** The most likely tokens at this position, likeliest first, if they were asked for and the engine reports them. */
  top?: LikelyToken[];
}

export interface LoadProgress {
  /** What is happening, as a short phrase for a progress bar. */
  stage: string;
  loadedBytes: number;
  /** 0 while unknown. */
  totalBytes: number;
}

export interface LoadOptions {
  onProgress?: (progress: LoadProgress) => void;
  signal?: AbortSignal;
}

/** Whether a device computes for a model what is known of it: the model's manifest, or the processor, is compared. */
export type SelfTestOutcome =
  | { passed: true; against: 'manifest' | 'processor' }
  /** `why` it was not tested, as the end of a sentence. */
  | { passed: null; why: string };

/** What was loaded and where it runs. */
export interface LoadedInfo {
  modelId: string;
  engine: EngineId;
  device: Device;
  features: DecodingFeatures;
  /** The context window in tokens, prompt and reply together; null if the endpoint does not report it. */
  contextWindow: number | null;
  /** A sentence about a fallback, e.g. from WebGPU to Wasm, and its reason. */
  note?: string;
  /** Whether it computes with 32-bit floats that were widened from fewer bits; see docs/reference/engines.md. */
  wide?: true;
  /** Absent for models that run elsewhere. */
  selfTest?: SelfTestOutcome;
  /** A text to copy about a device that computed wrong numbers, so that another one runs the model. */
  report?: string;
}

/** Computes how probable a model finds a text. */
export interface ModelScorer {
  /**
   * Log-probability of every token of `text`, a rendered prompt, given the previous ones; no token is added. Before
   * token `from` an engine may return null to save work. Insert written text with `plainText`. `top`: how many of the
   * likeliest tokens to report per position; an engine may report none.
   */
  score: (text: string, signal?: AbortSignal, from?: number, top?: number) => Promise<TokenScore[]>;
  /**
   * The same of every token, in two steps: the last log-probability comes from a step of a single token after cached
   * ones, as in a reply, and all others from one step. Engines that compute both alike lack it.
   */
  scoreInTwoSteps?: (text: string, signal?: AbortSignal) => Promise<TokenScore[]>;
}

/**
 * A loaded model. All methods may reject with a `LabError`; only one `stream` or `score` runs at a time. Capabilities
 * that an engine lacks are absent: test the property, not the engine's name.
 */
export interface LoadedModel {
  readonly info: LoadedInfo;
  /** Absent if the engine does not expose its tokenizer, as with WebLLM and endpoints. */
  readonly tokenizer?: ModelTokenizer | undefined;
  /** Absent if the engine gives no probabilities for a given text. */
  readonly scorer?: ModelScorer | undefined;
  stream(messages: ChatMessage[], decoding: ReplyRequest, signal?: AbortSignal): AsyncIterable<StreamEvent>;
  unload(): Promise<void>;
}
