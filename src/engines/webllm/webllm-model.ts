import type { ChatMessage } from '../../core/context/message.ts';
import { LabError } from '../../core/error.ts';
import type { Decoding, LoadedInfo, LoadedModel, StreamEvent } from '../../core/engine/engine.ts';
import { runtimeFault } from '../../core/engine/faults.ts';
import { decodingFeatures } from '../features.ts';
import { ReplyClock } from '../../core/engine/reply-clock.ts';
import { splitLookalikes } from '../../core/tokenizer/plain-text.ts';
import { Queue } from '../../core/async/queue.ts';

interface Chunk {
  choices: { delta: { content?: string | null }; finish_reason?: string | null }[];
  usage?: { prompt_tokens: number; completion_tokens: number } | undefined;
}

/** The part of WebLLM's MLCEngineInterface that the engine needs. */
export interface MlcEngine {
  chat: {
    completions: {
      create(request: {
        messages: ChatMessage[];
        stream: true;
        stream_options: { include_usage: true };
        temperature: number;
        top_p: number;
        max_tokens: number;
        seed: number;
      }): Promise<AsyncIterable<Chunk>>;
    };
  };
  interruptGenerate(): unknown;
  unload(): Promise<void>;
}

/**
 * A model in MLC format, which only replies: WebLLM does not expose its tokenizer and prompt, gives log-probabilities
 * of generated tokens only, and has no top-k.
 */
export class WebLlmModel implements LoadedModel {
  readonly info: LoadedInfo;
  #engine: MlcEngine;
  #queue = new Queue();

  constructor(info: Pick<LoadedInfo, 'modelId' | 'contextWindow'>, engine: MlcEngine) {
    this.info = {
      ...info,
      engine: 'webllm',
      device: 'webgpu',
      features: decodingFeatures('webllm'),
      selfTest: { passed: null, why: 'WebLLM gives no log-probabilities of a given text' },
    };
    this.#engine = engine;
  }

  async *stream(messages: ChatMessage[], decoding: Decoding, signal?: AbortSignal): AsyncGenerator<StreamEvent> {
    const leave = await this.#queue.enter();
    const interrupt = () => void this.#engine.interruptGenerate();
    try {
      yield* this.#reply(messages, decoding, signal, interrupt);
    } catch (error) {
      throw runtimeFault(error, this.info.modelId, 'webgpu');
    } finally {
      signal?.removeEventListener('abort', interrupt);
      leave();
    }
  }

  async unload(): Promise<void> {
    await this.#engine.unload();
  }

  async *#reply(
    messages: ChatMessage[],
    decoding: Decoding,
    signal: AbortSignal | undefined,
    interrupt: () => void,
  ): AsyncGenerator<StreamEvent> {
    if (signal?.aborted) throw LabError.cancelled();
    const clock = new ReplyClock();
    let usage: Chunk['usage'];
    let finish: string | undefined;
    const chunks = await this.#engine.chat.completions.create({
      // WebLLM recognises control tokens anywhere in the prompt that it builds.
      messages: messages.map(({ role, content }) => ({ role, content: splitLookalikes(content) })),
      stream: true,
      stream_options: { include_usage: true },
      temperature: decoding.temperature,
      top_p: decoding.topP,
      max_tokens: decoding.maxNewTokens,
      seed: decoding.seed,
    });
    signal?.addEventListener('abort', interrupt, { once: true });
    if (signal?.aborted) interrupt();
    // The stream is read to its end even after an interruption: WebLLM holds its lock until then.
    for await (const chunk of chunks) {
      usage = chunk.usage ?? usage;
      const [choice] = chunk.choices;
      finish = choice?.finish_reason ?? finish;
      const text = choice?.delta.content;
      if (!text) continue;
      clock.tick();
      yield { type: 'text', text };
    }
    if (usage) yield { type: 'prompt', tokens: usage.prompt_tokens };
    const reason = signal?.aborted ? 'cancelled' : finish === 'length' ? 'length' : 'stop';
    yield clock.done(reason, usage?.prompt_tokens ?? null, usage?.completion_tokens);
  }
}
