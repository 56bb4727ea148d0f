import { z } from 'zod';
import type { ChatMessage } from '../../context/message.ts';
import { LabError } from '../../error.ts';
import type { LoadedInfo, LoadedModel, ReplyRequest, StreamEvent, TokenScore } from '../engine.ts';
import { garbage, normaliseBaseUrl, readAnswer, request, type Endpoint, type RequestOptions } from './request.ts';
import { serverSentEvents } from './sse.ts';

const modelsSchema = z.object({
  data: z.array(z.looseObject({ id: z.string(), max_model_len: z.number().nullish(), meta: z.looseObject({ n_ctx_train: z.number().nullish(), n_ctx: z.number().nullish() }).nullish() })),
});

/** A model that an endpoint offers. */
export interface EndpointModel {
  id: string;
  contextWindow: number | null;
}

/** The models that a server lists. Throws `endpoint` or `bad-config`. */
export async function listEndpointModels(endpoint: Endpoint, options: RequestOptions = {}): Promise<EndpointModel[]> {
  const at = { ...endpoint, baseUrl: normaliseBaseUrl(endpoint.baseUrl) };
  const { host } = new URL(at.baseUrl);
  const answer = await readAnswer(await request(at, '/models', undefined, { timeoutMs: 20_000, ...options }), host);
  const parsed = modelsSchema.safeParse(answer);
  if (!parsed.success) throw garbage(JSON.stringify(answer), host);
  return parsed.data.data.map(({ id, max_model_len, meta }) => ({ id, contextWindow: max_model_len ?? meta?.n_ctx ?? meta?.n_ctx_train ?? null }));
}

const usageSchema = z.looseObject({ prompt_tokens: z.number().nullish(), completion_tokens: z.number().nullish() });
const chunkSchema = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        delta: z.looseObject({ content: z.string().nullish() }).nullish(),
        message: z.looseObject({ content: z.string().nullish() }).nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: usageSchema.nullish(),
  error: z.unknown().optional(),
});

const echoSchema = z.looseObject({
  choices: z
    .array(z.looseObject({ logprobs: z.looseObject({ tokens: z.array(z.string()), token_logprobs: z.array(z.number().nullable()) }).nullish() }))
    .min(1),
  usage: usageSchema.nullish(),
});

export interface EndpointSettings extends Endpoint {
  model: string;
  modelId: string;
  contextWindow: number | null;
}

/**
 * A model behind an OpenAI-compatible endpoint (vLLM, llama.cpp's server, Ollama and others). `topK` is sent as
 * `top_k`, which those three honour and the OpenAI service itself does not know; a server that refuses it is asked
 * again without.
 */
export class EndpointModelClient implements LoadedModel {
  readonly info: LoadedInfo;
  #settings: EndpointSettings;
  #options: RequestOptions;
  #host: string;
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
      features: { score: true, tokenize: false, seed: true, topK: true },
      contextWindow: settings.contextWindow,
      note: `Messages are sent to ${this.#host}.`,
    };
  }

  async renderPrompt(): Promise<string> {
    throw this.#unsupported('renders the prompt itself and does not show it');
  }

  async countTokens(): Promise<number[]> {
    throw this.#unsupported('has no common way to count tokens');
  }

  async *stream(messages: ChatMessage[], decoding: ReplyRequest, signal?: AbortSignal): AsyncGenerator<StreamEvent> {
    const start = performance.now();
    let firstAt = 0;
    let lastAt = 0;
    let pieces = 0;
    let promptTokens: number | null = null;
    let newTokens: number | null = null;
    let finish: string | undefined;
    let cancelled = false;
    try {
      const response = await this.#chat(messages, decoding, signal);
      for await (const { text, reason, usage } of this.#chunks(response, signal)) {
        if (usage) {
          promptTokens = usage.prompt_tokens ?? promptTokens;
          newTokens = usage.completion_tokens ?? newTokens;
        }
        if (reason) finish = reason;
        if (!text) continue;
        lastAt = performance.now();
        if (pieces++ === 0) firstAt = lastAt;
        yield { type: 'text', text };
      }
    } catch (error) {
      if (!signal?.aborted) throw error;
      cancelled = true;
    }
    if (promptTokens !== null) yield { type: 'prompt', tokens: promptTokens };
    yield {
      type: 'done',
      reason: cancelled ? 'cancelled' : finish === 'length' ? 'length' : 'stop',
      stats: {
        promptTokens,
        // Servers send a token a piece; what they count themselves is better where they say it.
        newTokens: newTokens ?? pieces,
        firstTokenMs: (pieces > 0 ? firstAt : performance.now()) - start,
        decodeMs: pieces > 0 ? lastAt - firstAt : 0,
      },
    };
  }

  async score(text: string, signal?: AbortSignal): Promise<TokenScore[]> {
    const body = { model: this.#settings.model, prompt: text, max_tokens: 1, temperature: 0, echo: true, logprobs: 1, add_special_tokens: false };
    let answer: unknown;
    try {
      answer = await readAnswer(await request(this.#settings, '/completions', body, { ...this.#options, signal }), this.#host);
    } catch (error) {
      if (error instanceof LabError && error.code === 'endpoint' && /\((400|404|405|422|501)\)/.test(error.detail.what)) {
        throw this.#unsupported(`does not score text (${error.detail.what.replace(/\.$/, '')})`);
      }
      throw error;
    }
    const parsed = echoSchema.safeParse(answer);
    const refuse = () => this.#unsupported('does not give log-probabilities for a prompt ("echo" with "logprobs")');
    if (!parsed.success) throw refuse();
    return echoedScores(text, parsed.data, refuse);
  }

  async unload(): Promise<void> {}

  async #chat(messages: ChatMessage[], decoding: ReplyRequest, signal: AbortSignal | undefined): Promise<Response> {
    const { temperature, topP, topK, maxNewTokens, seed, jsonSchema } = decoding;
    const body = {
      model: this.#settings.model,
      messages,
      temperature,
      top_p: topP,
      max_tokens: maxNewTokens,
      seed,
      stream: true,
      stream_options: { include_usage: true },
    };
    const send = () =>
      request(
        this.#settings,
        '/chat/completions',
        {
          ...body,
          ...(this.#sendTopK && topK !== 0 && { top_k: topK }),
          ...(this.#sendSchema && jsonSchema && { response_format: { type: 'json_schema', json_schema: { name: 'reply', strict: true, schema: jsonSchema } } }),
        },
        { ...this.#options, signal },
      );
    // What a server does not know it names when it refuses; it is asked again without.
    for (;;) {
      try {
        return await send();
      } catch (error) {
        const what = error instanceof LabError ? error.detail.what : '';
        if (this.#sendTopK && /top_k/.test(what)) {
          this.#sendTopK = false;
          this.info.features.topK = false;
        } else if (this.#sendSchema && jsonSchema && /response_format|json_schema/.test(what)) this.#sendSchema = false;
        else throw error;
      }
    }
  }

  async *#chunks(response: Response, signal: AbortSignal | undefined) {
    if (!response.body) throw garbage('', this.#host);
    if (response.headers.get('content-type')?.includes('json')) {
      // The server did not stream: one answer.
      yield this.#chunk(await response.text());
      return;
    }
    if (response.headers.get('content-type')?.startsWith('text/html')) throw garbage('<', this.#host);
    let seen = 0;
    try {
      for await (const data of serverSentEvents(response.body)) {
        if (data === '[DONE]') return;
        yield this.#chunk(data);
        seen++;
        if (signal?.aborted) throw LabError.cancelled();
      }
    } catch (error) {
      if (signal?.aborted) throw LabError.cancelled();
      throw LabError.from(error, { code: 'endpoint', where: this.#host, what: 'The reply was cut off', todo: 'What came is kept; try again.' });
    }
    if (seen === 0) throw garbage('', this.#host);
  }

  #chunk(data: string) {
    let json: unknown;
    try {
      json = JSON.parse(data);
    } catch {
      throw garbage(data, this.#host);
    }
    const parsed = chunkSchema.safeParse(json);
    if (!parsed.success) throw garbage(data, this.#host);
    const { error, choices, usage } = parsed.data;
    if (error !== undefined && error !== null) throw this.#failed(error);
    const [choice] = choices ?? [];
    return { text: choice?.delta?.content ?? choice?.message?.content ?? '', reason: choice?.finish_reason ?? undefined, usage: usage ?? undefined };
  }

  /** Some servers report a failure inside a stream that began well. */
  #failed(error: unknown): LabError {
    const message = typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
    const safe = this.#settings.apiKey ? message.replaceAll(this.#settings.apiKey, '(key)') : message;
    return new LabError({ code: 'endpoint', where: this.#host, what: `The server stopped with an error: ${safe}`, todo: 'Try again, or shorten the context.' });
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

type Echo = z.infer<typeof echoSchema>;

/** The scores of the prompt's tokens; what was generated after them is left out. Throws `refuse()` when they are not there. */
function echoedScores(text: string, { choices, usage }: Echo, refuse: () => LabError): TokenScore[] {
  const logprobs = choices[0]?.logprobs;
  if (!logprobs) throw refuse();
  const generated = usage?.completion_tokens ?? 1;
  const tokens = logprobs.tokens.slice(0, logprobs.tokens.length - generated);
  const joined = tokens.join('');
  // Tokens that are parts of a character have no text of their own, so their texts need not join up.
  const comparable = !joined.includes('\ufffd') && !tokens.some((token) => token.startsWith('bytes:'));
  if (tokens.length === 0 || (comparable && joined !== text)) throw refuse();
  return tokens.map((token, i) => {
    const logprob = i === 0 ? null : (logprobs.token_logprobs[i] ?? null);
    if (i > 0 && logprob === null) throw refuse();
    // The interface gives texts, not ids.
    return { id: -1, text: token, logprob };
  });
}
