import { z } from 'zod';
import { LabError } from '../../core/error.ts';
import { Body, tooLong, type BodyLimits } from './body.ts';
import { endpointError, type Endpoint } from './endpoint.ts';
import { garbage } from './refusal.ts';
import { parseAnswer } from './request.ts';
import { serverSentEvents } from './sse.ts';

/** Text, or message parts as some servers send them. */
const content = z
  .union([z.string(), z.array(z.looseObject({ type: z.string().optional(), text: z.string().nullish() }))])
  .nullish()
  .transform((value) =>
    Array.isArray(value)
      ? value.map(({ type, text }) => (type === 'thinking' ? '' : (text ?? ''))).join('')
      : (value ?? ''),
  );
/** Includes the fields of reasoning, tool calls and refusals. */
const message = z
  .looseObject({
    content,
    reasoning_content: z.string().nullish(),
    reasoning: z.unknown().optional(),
    refusal: z.string().nullish(),
    tool_calls: z.array(z.unknown()).nullish(),
    function_call: z.unknown().optional(),
  })
  .nullish();
const chunkSchema = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        index: z.number().nullish(),
        delta: message,
        message,
        text: z.string().nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: z.unknown().optional(),
});

/** How a server ended a reply. */
export type Finish = 'stop' | 'length' | 'content-filter';

/** The content of one event of a stream, or of a whole response. */
export interface ReplyChunk {
  text: string;
  /** Reasoning and tool calls; not part of the reply. */
  aside: { thinking: boolean; tools: boolean; refusal: string };
  finish: Finish | undefined;
  usage: Usage;
}

/** Token counts; undefined if missing or impossible. */
export interface Usage {
  prompt: number | undefined;
  completion: number | undefined;
}

/** Larger than any context window: a higher count is an error. */
const MOST_TOKENS = 1e9;
const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST_TOKENS ? value : undefined;

/** A server's plausible token counts. */
export function readUsage(value: unknown): Usage {
  const { prompt_tokens, completion_tokens } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  return { prompt: count(prompt_tokens), completion: count(completion_tokens) };
}

const FINISHES: Record<string, Finish> = {
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  content_filter: 'content-filter',
  safety: 'content-filter',
  recitation: 'content-filter',
};
const BROKEN = ['error', 'abort', 'aborted', 'cancelled', 'canceled', 'insufficient_system_resource', 'network_error'];

function parseChunk(data: string, endpoint: Endpoint): ReplyChunk {
  const parsed = chunkSchema.safeParse(parseAnswer(data, endpoint));
  if (!parsed.success) throw garbage(data, endpoint);
  // One reply was requested; others that a server sends are ignored.
  const choice = parsed.data.choices?.find(({ index }) => !index);
  const said = choice?.delta ?? choice?.message;
  const reason = choice?.finish_reason?.toLowerCase();
  if (reason !== undefined && BROKEN.includes(reason)) {
    throw endpointError(endpoint, {
      what: `The server aborted the reply (finish_reason "${reason}").`,
      todo: 'What came is kept; try again.',
      retryable: true,
    });
  }
  return {
    text: said?.content || choice?.text || '',
    aside: {
      thinking: Boolean(said?.reasoning_content || said?.reasoning),
      tools: Boolean(said?.tool_calls?.length || said?.function_call),
      refusal: said?.refusal ?? '',
    },
    finish: reason === undefined || reason === '' ? undefined : (FINISHES[reason] ?? 'stop'),
    usage: readUsage(parsed.data.usage),
  };
}

/**
 * Reads a reply, streamed or in one piece, whatever content type it claims.
 * @param mostText characters after which a server evidently ignores `max_tokens`
 * @throws {LabError} `endpoint` when it stalls, is truncated, or is not a reply; text up to then was yielded.
 */
export async function* replyChunks(
  response: Response,
  endpoint: Endpoint,
  limits: BodyLimits,
  mostText: number,
): AsyncGenerator<ReplyChunk, void, void> {
  const body = new Body(response, endpoint, limits);
  const { streamed, chunks } = await sniff(body.chunks());
  let length = 0;
  if (!streamed) {
    const chunk = parseChunk(await textOf(chunks), endpoint);
    if (chunk.text.length > mostText) throw tooLong(endpoint, `${chunk.text.length} characters`);
    yield chunk;
    return;
  }
  let events = 0;
  let finished = false;
  let other = '';
  try {
    const unknown = (line: string) => void (other ||= line);
    for await (const data of serverSentEvents(chunks, { mostLength: limits.eventLength, onOther: unknown })) {
      if (data.trim() === '[DONE]') {
        finished = events > 0;
        break;
      }
      const chunk = parseChunk(data, endpoint);
      events++;
      length += chunk.text.length;
      if (chunk.text || chunk.aside.thinking) body.progressed();
      if (chunk.finish) {
        finished = true;
        body.ended();
      }
      yield chunk;
      if (length > mostText) throw tooLong(endpoint, `${length} characters`);
    }
  } catch (error) {
    if (error instanceof RangeError) throw tooLong(endpoint, `an event of more than ${limits.eventLength} characters`);
    // The reply is complete: only the counts after it are missing.
    if (!(finished && error instanceof LabError && error.retryable)) throw error;
  }
  if (events === 0) throw garbage(other, endpoint);
  if (!finished) {
    throw endpointError(endpoint, {
      what: 'The reply was cut off: the connection closed before the server said that it was done.',
      todo: 'What came is kept; try again.',
      retryable: true,
    });
  }
}

/** Whether bytes are an event stream: not if they begin like JSON or a web page. */
async function sniff(
  chunks: AsyncGenerator<Uint8Array, void, void>,
): Promise<{ streamed: boolean; chunks: AsyncIterable<Uint8Array> }> {
  const seen: Uint8Array[] = [];
  let begin = '';
  while (begin === '') {
    const next = await chunks.next();
    if (next.done) break;
    seen.push(next.value);
    begin = new TextDecoder().decode(next.value).trimStart();
  }
  async function* whole() {
    yield* seen;
    yield* chunks;
  }
  return { streamed: !/^[[{<]/.test(begin), chunks: whole() };
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunks) text += decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}
