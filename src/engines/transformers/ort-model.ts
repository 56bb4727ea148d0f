import type { ChatMessage } from '../../core/context/message.ts';
import { type LabError, throwIfCancelled } from '../../core/error.ts';
import { nextTask } from '../../core/async/next-task.ts';
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
import { brokenLogits, runtimeFault, unloadedModel } from '../../core/engine/faults.ts';
import { Queue } from '../../core/async/queue.ts';
import { ReplyClock } from '../../core/engine/reply-clock.ts';
import { checkFitsWindow } from '../../core/engine/window.ts';
import { argmax, createSampler, logProbability, logitsFault, mostLikely } from '../../core/engine/sampling.ts';
import type { ChatTokenizer } from '../../core/tokenizer/chat-tokenizer.ts';
import { StreamDetokenizer } from '../../core/tokenizer/detokenizer.ts';
import { decodingFeatures } from '../features.ts';
import type { Decoder } from './kv-decoder.ts';
import type { StepLogits, WantedLogits } from './logits-reader.ts';
import { MOST_CANDIDATES } from './top-candidates.ts';

/** Positions of logits held at once: 64 rows of 49,152 floats are 12 MiB. */
export const LOGITS_ROWS = 64;
/** Prompt tokens per step if the graph computes only the last logits; cancellation works between steps. */
const PREFILL_ROWS = 128;

/** Lengths of steps for which a graphics device has different kernels: one token, a few, fewer than 32, and more. */
const WARM_UP_STEPS = [1, 2, 16, PREFILL_ROWS];

/** Name of the entry in the worker's performance timeline. */
export const WARM_UP_MEASURE = 'warm-up';

export interface OrtModelParts {
  info: Omit<LoadedInfo, 'engine' | 'features' | 'contextWindow'> & { contextWindow: number };
  tokenizer: ChatTokenizer;
  decoder: Decoder;
  eosIds: ReadonlySet<number>;
  /** The device's fault, if any. */
  health: () => LabError | undefined;
  release: () => Promise<void>;
}

/** Scores from token `from` on, with the `top` likeliest tokens of each position. */
interface WantedScores {
  from: number;
  top: number;
  /** Compute the last one in a step of its own. */
  lastAlone?: boolean;
}

/**
 * The logits that a sampler needs. It sees one candidate more than top-k leaves, so that it filters them as it would
 * the whole row; the greedy choice needs two, because equal ones may be a fault.
 */
export function wantedLogits({ temperature, topK }: Pick<ReplyRequest, 'temperature' | 'topK'>): WantedLogits {
  if (temperature === 0) return { top: 2 };
  return topK > 0 && topK < MOST_CANDIDATES ? { top: topK + 1 } : 'last';
}

/** A causal language model with one KV cache: the decoding loop of the transformers engine. */
export class OrtModel implements LoadedModel {
  readonly info: LoadedInfo & { contextWindow: number };
  readonly tokenizer: ModelTokenizer;
  readonly scorer: ModelScorer = {
    score: (text, signal, from = 0, top = 0) => this.#scoreInTurn(text, { from, top }, signal),
    scoreInTwoSteps: (text, signal) => this.#scoreInTurn(text, { from: 0, top: 0, lastAlone: true }, signal),
  };
  #parts: OrtModelParts;
  #queue = new Queue();
  #warmUp: AbortController | undefined;
  #unloaded = false;

  constructor(parts: OrtModelParts) {
    this.info = { ...parts.info, engine: 'transformers', features: decodingFeatures('transformers') };
    this.#parts = parts;
    this.tokenizer = modelTokenizer(parts.tokenizer);
  }

  /**
   * Runs steps as replies do, so that a graphics device has compiled its shaders before the first message. Whatever is
   * asked of the model meanwhile waits for one step at most.
   */
  async warmUp(): Promise<void> {
    const { signal } = (this.#warmUp = new AbortController());
    const { decoder, tokenizer } = this.#parts;
    const leave = await this.#queue.enter();
    const start = performance.now();
    try {
      const [id = 0] = tokenizer.encode(' ');
      for (const length of WARM_UP_STEPS) {
        await nextTask();
        if (signal.aborted) return;
        const ids = Array<number>(Math.min(length, this.info.contextWindow)).fill(id);
        await decoder.step(ids, length === 1 ? wantedLogits({ temperature: 0, topK: 0 }) : 'none');
        await decoder.keepPrefix([]);
      }
      performance.measure(WARM_UP_MEASURE, { start });
    } catch {
      // The next reply reports what is wrong with the device.
    } finally {
      leave();
    }
  }

  async *stream(messages: ChatMessage[], decoding: ReplyRequest, signal?: AbortSignal): AsyncGenerator<StreamEvent> {
    const leave = await this.#enter();
    try {
      yield* this.#reply(messages, decoding, signal);
    } catch (error) {
      throw this.#fault(error);
    } finally {
      leave();
    }
  }

  async #scoreInTurn(text: string, wanted: WantedScores, signal?: AbortSignal): Promise<TokenScore[]> {
    const leave = await this.#enter();
    try {
      return await this.#score(text, wanted, signal);
    } catch (error) {
      throw this.#fault(error);
    } finally {
      leave();
    }
  }

  async unload(): Promise<void> {
    const leave = await this.#enter();
    try {
      if (this.#unloaded) return;
      this.#unloaded = true;
      this.#parts.decoder.clear();
      await this.#parts.release();
    } finally {
      leave();
    }
  }

  /** Waits for what was asked before, but not for a warm-up. */
  #enter(): Promise<() => void> {
    this.#warmUp?.abort();
    return this.#queue.enter();
  }

  async *#reply(messages: ChatMessage[], decoding: ReplyRequest, signal?: AbortSignal): AsyncGenerator<StreamEvent> {
    const { decoder, tokenizer, eosIds } = this.#parts;
    const clock = new ReplyClock();
    const sample = createSampler(decoding);
    const wanted = wantedLogits(decoding);
    const prompt = tokenizer.encode(tokenizer.renderPrompt(messages, { beginning: decoding.beginning }));
    this.#checkLength(prompt.length, 1);
    yield { type: 'prompt', tokens: prompt.length };

    const limit = Math.min(decoding.maxNewTokens, this.info.contextWindow - prompt.length);
    const text = new StreamDetokenizer((ids) => tokenizer.decode(ids));
    let reason: 'stop' | 'length' | 'cancelled' = 'length';

    const kept = await decoder.keepPrefix(prompt);
    let logits = await this.#prefill(prompt, kept, wanted, signal);
    while (clock.ticks < limit) {
      await nextTask();
      if (signal?.aborted || !logits) {
        reason = 'cancelled';
        break;
      }
      this.#check(logits);
      const drawn = sample(logits.data);
      const id = logits.ids?.[drawn] ?? drawn;
      if (eosIds.has(id)) {
        reason = 'stop';
        break;
      }
      clock.tick();
      const piece = text.push(id);
      if (piece) yield { type: 'text', text: piece };
      if (clock.ticks < limit) logits = await decoder.step([id], wanted);
    }

    const rest = text.end();
    if (rest) yield { type: 'text', text: rest };
    yield clock.done(reason, prompt.length, clock.ticks, prompt.length - kept);
  }

  /** Runs the prompt after the part that is cached; undefined if cancelled meanwhile. */
  async #prefill(
    prompt: number[],
    kept: number,
    wanted: WantedLogits,
    signal?: AbortSignal,
  ): Promise<StepLogits | undefined> {
    const { decoder } = this.#parts;
    const rows = decoder.keepsLogits ? PREFILL_ROWS : LOGITS_ROWS;
    let logits: StepLogits | undefined;
    for (let at = kept; at < prompt.length; at += rows) {
      await nextTask();
      if (signal?.aborted) return undefined;
      logits = await decoder.step(prompt.slice(at, at + rows), at + rows < prompt.length ? 'none' : wanted);
    }
    return logits;
  }

  async #score(text: string, { from, top, lastAlone }: WantedScores, signal?: AbortSignal): Promise<TokenScore[]> {
    const { decoder, tokenizer } = this.#parts;
    const ids = tokenizer.encode(text);
    this.#checkLength(ids.length, 0);
    const scores: TokenScore[] = ids.map((id) => ({ id, text: tokenizer.tokenText(id), logprob: null }));
    // The last token's logits are not needed.
    const asked = ids.slice(0, -1);
    const skipped = asked.slice(0, Math.max(0, from - 1));
    if (skipped.length === 0) decoder.clear();
    else await this.#prefill(skipped, await decoder.keepPrefix(skipped), 'none', signal);
    const alone = asked.length - (lastAlone ? 1 : 0);
    for (let at = skipped.length, end; at < asked.length; at = end) {
      // A self-test has two short steps; waiting for a task before each took about 6 % of its time.
      if (!lastAlone) await nextTask();
      throwIfCancelled(signal);
      end = Math.min(at + LOGITS_ROWS, at < alone ? alone : asked.length);
      const chunk = asked.slice(at, end);
      const { data, vocabulary } = await decoder.step(chunk, 'all');
      for (let row = 0; row < chunk.length; row++) {
        const offset = row * vocabulary;
        const logits = data.subarray(offset, offset + vocabulary);
        this.#check({ data: logits, rows: 1, vocabulary });
        const next = scores[at + row + 1] as TokenScore;
        next.logprob = logProbability(logits, next.id);
        next.likeliest = argmax(logits);
        if (top > 0)
          next.top = mostLikely(logits, top).map((each) => ({ ...each, text: tokenizer.tokenText(each.id) }));
      }
    }
    // Keep the KV cache only when a prefix was reused: a text scored whole is rarely repeated.
    if (skipped.length === 0) decoder.clear();
    return scores;
  }

  #check({ data }: StepLogits): void {
    const sick = this.#parts.health();
    if (sick) throw sick;
    const fault = logitsFault(data);
    if (fault) throw brokenLogits(fault, this.info.modelId, this.info.device);
  }

  #fault(error: unknown): LabError {
    return this.#parts.health() ?? runtimeFault(error, this.info.modelId, this.info.device);
  }

  #checkLength(tokens: number, room: number): void {
    if (this.#unloaded) throw unloadedModel(this.info.modelId);
    checkFitsWindow(this.info, tokens, room);
  }
}
