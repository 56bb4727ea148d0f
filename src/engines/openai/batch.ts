import { z } from 'zod';
import type { ChatMessage } from '../../core/context/message.ts';
import type { LoadedModel, ReplyRequest } from '../../core/engine/engine.ts';
import { LabError } from '../../core/error.ts';
import { parseJsonLines } from '../../core/json-lines.ts';
import { chatBody } from './chat-body.ts';
import { EndpointModel } from './openai.ts';

/** A line of OpenAI's Batch interface that asks for a chat completion. */
export interface BatchLine {
  custom_id: string;
  method: 'POST';
  url: '/v1/chat/completions';
  body: ReturnType<typeof chatBody>;
}

/**
 * A request for a batch. It has no `top_k`, which OpenAI refuses.
 * @param schema whether the server is asked to hold the reply to the request's JSON schema
 */
export function batchLine(
  id: string,
  model: string,
  { messages, decoding }: { messages: readonly ChatMessage[]; decoding: ReplyRequest },
  schema: boolean,
): BatchLine {
  const body = chatBody(model, messages, decoding, { sendTopK: false, sendSchema: schema });
  return { custom_id: id, method: 'POST', url: '/v1/chat/completions', body };
}

const answerSchema = z
  .looseObject({
    custom_id: z.string(),
    response: z.looseObject({ status_code: z.int().min(200).max(599), body: z.unknown() }).nullish(),
    error: z.looseObject({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
  })
  .refine(({ response, error }) => Boolean(response ?? error), 'it has neither "response" nor "error"');
type BatchOutput = z.output<typeof answerSchema>;

/**
 * The answers of a batch, from its output or error file.
 * @throws {LabError} `bad-file` naming the first line at fault.
 */
export function parseBatchAnswers(text: string, where: string): { id: string; model: LoadedModel }[] {
  // An end of line, so that a last line that was cut off is at fault like any other.
  const lines = parseJsonLines(`${text.replace(/^\ufeff/, '')}\n`, answerSchema, {
    code: 'bad-file',
    where,
    what: 'It is not an answer of a batch.',
    todo:
      'Give the output file of the batch as it was downloaded: JSON lines with "custom_id" and "response". ' +
      'Remove or correct this line if it was damaged.',
  });
  const numbers = text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [i + 1]));
  const first = new Map<string, number>();
  lines.forEach(({ custom_id: id }, i) => {
    const before = first.get(id);
    if (before !== undefined)
      throw new LabError({
        code: 'bad-file',
        where: `${where} line ${numbers[i] ?? i + 1}`,
        what: `It answers the same request as line ${before}: ${id}.`,
        todo: 'Remove one of the two.',
      });
    first.set(id, numbers[i] ?? i + 1);
  });
  return lines.map((line) => ({ id: line.custom_id, model: answeredModel(line) }));
}

/** A model that gives the one answer of a batch, read as the answer of a server is. Failures concern only this item. */
function answeredModel({ response, error }: BatchOutput): LoadedModel {
  const model = new EndpointModel(
    { baseUrl: 'http://batch', model: 'batch', modelId: 'batch', contextWindow: null },
    {
      fetcher: () => Promise.resolve(asResponse(response)),
    },
  );
  return {
    info: model.info,
    async *stream(messages, decoding, signal) {
      try {
        if (!response) throw notAnswered(error);
        yield* model.stream(messages, decoding, signal);
      } catch (failure) {
        if (!(failure instanceof LabError) || failure.code === 'no-reply') throw failure;
        throw new LabError({ ...failure.detail, code: 'bad-data' }, { cause: failure });
      }
    },
    unload: () => Promise.resolve(),
  };
}

/** Responses of these statuses have no body. */
const BODILESS = [204, 205, 304];

function asResponse(response: BatchOutput['response']): Response {
  const status = response?.status_code ?? 200;
  return new Response(BODILESS.includes(status) ? null : JSON.stringify(response?.body ?? null), { status });
}

function notAnswered(error: BatchOutput['error']): LabError {
  const said = error?.message ?? error?.code;
  return new LabError({
    code: 'bad-data',
    where: 'batch',
    what: `The batch did not answer this request${said ? `: ${said.slice(0, 300)}` : ''}.`,
    todo: 'Write the open requests again, and send them.',
  });
}
