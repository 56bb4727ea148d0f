import type { ChatMessage } from '../../core/context/message.ts';
import { LabError, throwIfCancelled } from '../../core/error.ts';
import type {
  LoadedInfo,
  LoadedModel,
  ModelScorer,
  ModelTokenizer,
  ReplyRequest,
  StreamEvent,
  TokenScore,
} from '../../core/engine/engine.ts';
import { modelTokenizer } from '../../core/engine/model-tokenizer.ts';
import { runtimeFault } from '../../core/engine/faults.ts';
import { Channel } from '../../core/async/channel.ts';
import { Queue } from '../../core/async/queue.ts';
import { decodingFeatures } from '../features.ts';
import { ReplyClock } from '../../core/engine/reply-clock.ts';
import { checkFitsWindow } from '../../core/engine/window.ts';
import type { ChatTokenizer } from '../../core/tokenizer/chat-tokenizer.ts';
import { MARK, splitLookalikes, withoutMarks } from '../../core/tokenizer/plain-text.ts';

/** One event of a completion, with the fields of llama.cpp's server. */
export interface CompletionChunk {
  choices: {
    text?: string;
    finish_reason?: string | null;
    logprobs?: { content?: { id?: number; logprob: number }[] } | null;
  }[];
  usage?: { prompt_tokens: number; completion_tokens: number } | null;
  /** `prompt_n`: tokens of the prompt that were read. */
  timings?: { prompt_n?: number } | null;
}

export interface CompletionRequest {
  /** Text with special tokens (the server accepts no ids), or messages for the template in the file. */
  prompt: string | ChatMessage[];
  max_tokens: number;
  temperature: number;
  top_k?: number;
  top_p?: number;
  min_p?: number;
  seed?: number;
  samplers?: string[];
  logit_bias?: [number, number][];
  n_probs?: number;
  cache_prompt: boolean;
}

/** The part of llama.cpp in Wasm that the engine needs; `onChunk` receives a streamed completion. */
export interface LlamaRuntime {
  complete(
    request: CompletionRequest,
    onChunk?: (chunk: CompletionChunk) => void,
    signal?: AbortSignal,
  ): Promise<CompletionChunk>;
  exit(): Promise<void>;
  /** The text of the token that the server adds before every prompt, for models that need one. */
  addedStart: string | undefined;
  /** Whether the model's control tokens have the names of `markedName`, which no message can contain. */
  named?: boolean;
}

/** Large enough to outweigh any logit, so that the token is certain. */
const FORCE = 1e4;

/** A GGUF model in llama.cpp's server, compiled to Wasm. The model's own tokenizer counts tokens here. */
export class WllamaModel implements LoadedModel {
  readonly info: LoadedInfo & { contextWindow: number };
  readonly tokenizer: ModelTokenizer | undefined;
  readonly scorer: ModelScorer | undefined;
  #runtime: LlamaRuntime;
  #tokenizer: ChatTokenizer | undefined;
  #queue = new Queue();

  /** Without a `tokenizer` that can run here, the model still replies, but nothing can be counted or scored. */
  constructor(
    info: Omit<LoadedInfo, 'engine' | 'features' | 'contextWindow'> & { contextWindow: number },
    runtime: LlamaRuntime,
    tokenizer: ChatTokenizer | undefined,
  ) {
    const features = { ...decodingFeatures('wllama'), resumes: tokenizer !== undefined };
    this.info = { ...info, engine: 'wllama', features };
    this.#runtime = runtime;
    this.#tokenizer = tokenizer;
    if (!tokenizer) return;
    this.tokenizer = modelTokenizer(tokenizer, (prompt) => this.#readable(prompt, tokenizer));
    this.scorer = { score: (text, signal, from = 0) => this.#score(tokenizer, text, from, signal) };
  }

  async *stream(messages: ChatMessage[], decoding: ReplyRequest, signal?: AbortSignal): AsyncGenerator<StreamEvent> {
    const leave = await this.#queue.enter();
    try {
      yield* this.#reply(messages, decoding, signal);
    } catch (error) {
      throw runtimeFault(error, this.info.modelId, this.info.device);
    } finally {
      leave();
    }
  }

  /**
   * llama.cpp's server reports the log-probability of what it samples, so each token of the text is forced in turn; its
   * probability is read before that bias. The cache holds all earlier tokens, so a token costs one step, and no more
   * than one row of logits exists at a time. Prompts are sent as text: if a prefix of the text would be tokenised
   * differently than within the whole, scoring is impossible and throws `unsupported`.
   */
  async #score(tokenizer: ChatTokenizer, text: string, from: number, signal?: AbortSignal): Promise<TokenScore[]> {
    const leave = await this.#queue.enter();
    try {
      const ids = tokenizer.encode(this.#readable(text, tokenizer));
      checkFitsWindow(this.info, ids.length, 0);
      const scores: TokenScore[] = ids.map((id) => ({ id, text: tokenizer.tokenText(id), logprob: null }));
      for (const [i, score] of scores.entries()) {
        throwIfCancelled(signal);
        if (i > 0 && i >= from) score.logprob = await this.#logprob(tokenizer, ids.slice(0, i), score.id);
      }
      return scores;
    } catch (error) {
      throw runtimeFault(error, this.info.modelId, this.info.device);
    } finally {
      leave();
    }
  }

  async unload(): Promise<void> {
    await this.#runtime.exit();
  }

  async #logprob(tokenizer: ChatTokenizer, before: number[], id: number): Promise<number> {
    const prefix = before.map((each) => tokenizer.tokenText(each)).join('');
    const again = tokenizer.encode(prefix);
    if (again.length !== before.length || again.some((each, i) => each !== before[i]))
      throw this.#unscorable(`the part "${prefix.slice(-12)}" is tokenised differently on its own`);
    const request = {
      prompt: this.#prompt(prefix),
      max_tokens: 1,
      temperature: 0,
      n_probs: 1,
      logit_bias: [[id, FORCE]] as [number, number][],
      cache_prompt: true,
    };
    const { choices } = await this.#runtime.complete(request);
    const [token] = choices[0]?.logprobs?.content ?? [];
    if (token && (token.id === undefined || token.id === id)) return token.logprob;
    throw this.#unscorable('it did not report the probability of a token');
  }

  #unscorable(why: string): LabError {
    return new LabError({
      code: 'unsupported',
      where: this.info.modelId,
      what: `llama.cpp can't score this text: ${why}.`,
      todo: 'Convert the model to ONNX and score with that.',
    });
  }

  /** A rendered prompt that the server tokenises like `tokenizer`. */
  #readable(prompt: string, tokenizer: ChatTokenizer): string {
    return this.#runtime.named ? prompt : splitText(prompt, tokenizer);
  }

  /** The server adds its start token before the prompt by itself. */
  #prompt(text: string): string {
    if (this.#runtime.named && this.#tokenizer) return this.#tokenizer.named(text);
    const start = this.#runtime.addedStart;
    return start && text.startsWith(start) ? text.slice(start.length) : text;
  }

  async *#reply(messages: ChatMessage[], decoding: ReplyRequest, signal?: AbortSignal): AsyncGenerator<StreamEvent> {
    const { temperature, topK, topP, maxNewTokens, seed, beginning } = decoding;
    const clock = new ReplyClock();
    const { prompt, tokens } = this.#render(messages, beginning);
    let promptTokens = tokens;
    if (tokens !== null) yield { type: 'prompt', tokens };

    const pieces = new Channel<string>();
    let newTokens: number | undefined;
    let readTokens: number | undefined;
    let finish: string | undefined;
    const request = {
      prompt,
      max_tokens: Math.min(maxNewTokens, this.info.contextWindow - (tokens ?? 0)),
      temperature,
      top_k: topK,
      top_p: topP,
      min_p: 0,
      seed,
      // The order of Hugging Face's warpers; llama.cpp's own order has temperature last.
      samplers: ['temperature', 'top_k', 'top_p'],
      cache_prompt: true,
    };
    const onChunk = (chunk: CompletionChunk) => {
      const [choice] = chunk.choices;
      finish = choice?.finish_reason ?? finish;
      newTokens = chunk.usage?.completion_tokens ?? newTokens;
      promptTokens ??= chunk.usage?.prompt_tokens ?? null;
      readTokens = chunk.timings?.prompt_n ?? readTokens;
      if (!choice?.text) return;
      clock.tick();
      pieces.push(choice.text);
    };
    const run = this.#runtime.complete(request, onChunk, signal).finally(pieces.close);
    // It is awaited below, once all pieces are read.
    run.catch(() => undefined);
    for await (const text of pieces) yield { type: 'text', text };
    try {
      await run;
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
    const stopped = signal?.aborted && finish === undefined;
    const reason = stopped ? 'cancelled' : finish === 'length' ? 'length' : 'stop';
    yield clock.done(reason, promptTokens, newTokens, readTokens);
  }

  /** The prompt and its tokens; or messages and null, to use the template and tokenizer in the file. */
  #render(messages: ChatMessage[], beginning?: string): { prompt: string | ChatMessage[]; tokens: number | null } {
    if (!this.#tokenizer)
      return {
        prompt: messages.map(({ role, content }) => ({ role, content: splitLookalikes(content) })),
        tokens: null,
      };
    const rendered = this.#readable(this.#tokenizer.renderPrompt(messages, { beginning }), this.#tokenizer);
    const tokens = this.#tokenizer.encode(rendered).length;
    checkFitsWindow(this.info, tokens, 1);
    return { prompt: this.#prompt(rendered), tokens };
  }
}

/** An invisible character; a control token that contains it is plain text. */
const SPLIT = '\u200b';

/**
 * A marked prompt for llama.cpp's server, which accepts only text and recognises control tokens everywhere: each mark
 * that breaks one up is replaced by an invisible character. Any other prompt is unchanged.
 */
function splitText(prompt: string, tokenizer: ChatTokenizer): string {
  if (!prompt.includes(MARK)) return prompt;
  const bare = withoutMarks(prompt);
  return tokenizer.encode(bare).join() === tokenizer.encode(prompt).join() ? bare : prompt.replaceAll(MARK, SPLIT);
}
