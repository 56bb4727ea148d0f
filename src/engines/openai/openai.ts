import type { ChatMessage } from '../../core/context/message.ts';
import { LabError } from '../../core/error.ts';
import type {
  LoadedInfo,
  LoadedModel,
  ModelScorer,
  ReplyRequest,
  StreamEvent,
  TokenScore,
} from '../../core/engine/engine.ts';
import { decodingFeatures } from '../features.ts';
import { ReplyClock } from '../../core/engine/reply-clock.ts';
import { BODY_LIMITS } from './body.ts';
import { chatBody } from './chat-body.ts';
import { echoedScores, echoSchema } from './echo.ts';
import { endpointError, normaliseBaseUrl, type Endpoint } from './endpoint.ts';
import { emptyReply } from './empty-reply.ts';
import { replyChunks, type Finish } from './reply-chunks.ts';
import { readAnswer, request, type RequestOptions } from './request.ts';

export interface EndpointSettings extends Endpoint {
  model: string;
  modelId: string;
  contextWindow: number | null;
}

/**
 * A token may be a long run of spaces; a reply with more characters than this per token has exceeded its number of
 * tokens.
 */
const CHARACTERS_PER_TOKEN = 64;
const SPARE_CHARACTERS = 4096;

/**
 * A model behind an OpenAI-compatible endpoint (vLLM, llama.cpp's server, Ollama and others). `topK` is sent as
 * `top_k`, which those three honour and the OpenAI service itself does not; a server that refuses it is asked again
 * without.
 */
export class EndpointModel implements LoadedModel {
  readonly info: LoadedInfo;
  /** Servers have no common way to count tokens or show a prompt. Whether one can score is known after a request. */
  readonly scorer: ModelScorer = { score: (text, signal) => this.#score(text, signal) };
  #settings: EndpointSettings;
  #options: RequestOptions;
  readonly #host: string;
  #sendTopK = true;
  #sendSchema = true;

  constructor(settings: EndpointSettings, options: Omit<RequestOptions, 'signal'> = {}) {
    this.#settings = { ...settings, baseUrl: normaliseBaseUrl(settings.baseUrl) };
    this.#options = options;
    this.#host = new URL(this.#settings.baseUrl).host;
    this.info = {
      modelId: settings.modelId,
      engine: 'openai',
      device: 'remote',
      features: decodingFeatures('openai'),
      contextWindow: settings.contextWindow,
      note: `Messages are sent to ${this.#host}.`,
    };
  }

  async *stream(messages: ChatMessage[], decoding: ReplyRequest, signal?: AbortSignal): AsyncGenerator<StreamEvent> {
    const clock = new ReplyClock();
    let promptTokens: number | null = null;
    let newTokens: number | undefined;
    let finish: Finish | undefined;
    let cancelled = false;
    let blank = true;
    const aside = { thinking: false, tools: false, refusal: '' };
    try {
      const response = await this.#chat(messages, decoding, signal);
      const mostText = SPARE_CHARACTERS + CHARACTERS_PER_TOKEN * decoding.maxNewTokens;
      for await (const chunk of replyChunks(
        response,
        this.#settings,
        { ...BODY_LIMITS, ...this.#options.limits },
        mostText,
      )) {
        promptTokens = chunk.usage.prompt ?? promptTokens;
        newTokens = chunk.usage.completion ?? newTokens;
        finish = chunk.finish ?? finish;
        aside.thinking ||= chunk.aside.thinking;
        aside.tools ||= chunk.aside.tools;
        aside.refusal += chunk.aside.refusal;
        if (chunk.text) {
          clock.tick();
          blank &&= chunk.text.trim() === '';
          yield { type: 'text', text: chunk.text };
        }
        if (signal?.aborted) throw LabError.cancelled();
      }
      if (blank) throw emptyReply(this.#settings, aside, finish, decoding.maxNewTokens);
    } catch (error) {
      if (!signal?.aborted) throw error;
      cancelled = true;
    }
    if (promptTokens !== null) yield { type: 'prompt', tokens: promptTokens };
    // Servers usually send one token per piece; their own counts are better if they report them.
    yield clock.done(cancelled ? 'cancelled' : (finish ?? 'stop'), promptTokens, newTokens);
  }

  async #score(text: string, signal?: AbortSignal): Promise<TokenScore[]> {
    const body = {
      model: this.#settings.model,
      prompt: text,
      max_tokens: 1,
      temperature: 0,
      echo: true,
      logprobs: 1,
      add_special_tokens: false,
    };
    let answer: unknown;
    try {
      answer = await readAnswer(
        await request(this.#settings, '/completions', body, { ...this.#options, signal }),
        this.#settings,
        this.#options.limits,
      );
    } catch (error) {
      if (error instanceof LabError && [400, 404, 405, 422, 501].includes(error.status ?? 0)) {
        throw this.#unsupported(`does not score text (${error.detail.what.replace(/\.$/, '')})`);
      }
      throw error;
    }
    const parsed = echoSchema.safeParse(answer);
    const refuse = () => this.#unsupported('does not give log-probabilities for a prompt ("echo" with "logprobs")');
    if (!parsed.success) throw refuse();
    return echoedScores(text, parsed.data, refuse, () =>
      endpointError(this.#settings, {
        what: 'The server sent impossible log-probabilities: above 0, or not numbers.',
        todo: 'Update the server, or load the model in the lab itself.',
      }),
    );
  }

  async unload(): Promise<void> {}

  async #chat(messages: ChatMessage[], decoding: ReplyRequest, signal: AbortSignal | undefined): Promise<Response> {
    const send = () =>
      request(
        this.#settings,
        '/chat/completions',
        {
          ...chatBody(this.#settings.model, messages, decoding, {
            sendTopK: this.#sendTopK,
            sendSchema: this.#sendSchema,
          }),
          stream: true,
          stream_options: { include_usage: true },
        },
        { ...this.#options, signal },
      );
    // A server that refuses names the unknown parameter; the request is retried without it.
    for (;;) {
      try {
        return await send();
      } catch (error) {
        const refused =
          error instanceof LabError && error.status !== undefined && !error.retryable ? error.detail.what : '';
        if (this.#sendTopK && /top_k/.test(refused)) {
          this.#sendTopK = false;
          this.info.features.topK = false;
        } else if (this.#sendSchema && decoding.jsonSchema && /response_format|json_schema/.test(refused))
          this.#sendSchema = false;
        else throw error;
      }
    }
  }

  #unsupported(what: string): LabError {
    return new LabError({
      code: 'unsupported',
      where: this.#host,
      what: `This server ${what}.`,
      todo: 'vLLM scores text with "echo" and "logprobs"; otherwise load the model in the lab itself.',
    });
  }
}
