import { describe, expect, it } from 'vitest';
import { collectReply } from '../../core/engine/collect-reply.ts';
import { PAPER_DECODING } from '../../core/engine/engine.ts';
import { batchLine, parseBatchAnswers } from './batch.ts';

const completion = (content: string | null, finish = 'stop', refusal?: string) => ({
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content, refusal }, finish_reason: finish }],
  usage: { prompt_tokens: 9, completion_tokens: 2 },
});
const line = (id: string, body: unknown, status = 200) =>
  JSON.stringify({
    id: 'batch_req_1',
    custom_id: id,
    response: { status_code: status, request_id: 'r', body },
    error: null,
  });
const answerTo = (text: string) => {
  const [answer] = parseBatchAnswers(text, 'output.jsonl');
  if (!answer) throw new Error('No answer.');
  return collectReply(answer.model.stream([{ role: 'user', content: 'Hi' }], { ...PAPER_DECODING, seed: 1 }));
};

describe('a batch of OpenAI', () => {
  it('has requests without what its interface refuses', () => {
    const decoding = { ...PAPER_DECODING, seed: 7, jsonSchema: { type: 'object' } };
    const request = { messages: [{ role: 'user' as const, content: 'Hi' }], decoding };
    const { body, ...rest } = batchLine('a-1', 'gpt-4', request, true);
    expect(rest).toEqual({ custom_id: 'a-1', method: 'POST', url: '/v1/chat/completions' });
    expect(body).toMatchObject({ model: 'gpt-4', messages: request.messages, seed: 7, max_tokens: 128 });
    expect(body).toMatchObject({ response_format: { json_schema: { schema: { type: 'object' } } } });
    for (const name of ['top_k', 'stream', 'stream_options']) expect(body).not.toHaveProperty(name);
    expect(batchLine('a-1', 'gpt-4', request, false).body).not.toHaveProperty('response_format');
  });

  it('has answers that are read as those of a server', async () => {
    expect(await answerTo(`\ufeff${line('a', completion('Four.'))}\r\n`)).toMatchObject({
      text: 'Four.',
      reason: 'stop',
    });
    expect(await answerTo(line('a', completion('Cut', 'content_filter')))).toMatchObject({ reason: 'content-filter' });
    await expect(answerTo(line('a', completion(null, 'stop', 'I will not.')))).rejects.toMatchObject({
      code: 'no-reply',
      detail: { declined: true },
    });
    await expect(answerTo(line('a', completion('')))).rejects.toMatchObject({ code: 'no-reply' });
  });

  it.each([
    ['a refused request', line('a', { error: { message: 'Too long.' } }, 400), /refuses the request \(400\): Too long/],
    ['a busy server', line('a', { error: { message: 'Wait.' } }, 429), /no more requests now \(429\): Wait/],
    ['a body that is no completion', line('a', 'nonsense'), /not the JSON of the OpenAI interface/],
    ['no body', line('a', null, 204), /empty answer/],
    [
      'an error of the batch',
      JSON.stringify({ custom_id: 'a', response: null, error: { code: 'batch_expired', message: 'It expired.' } }),
      /did not answer this request: It expired/,
    ],
  ])('fails for one item with %s', async (_, text, message) => {
    const failed = answerTo(text);
    await expect(failed).rejects.toMatchObject({ code: 'bad-data' });
    await expect(failed).rejects.toThrow(message);
  });

  const good = line('a', completion('Four.'));
  it.each([
    ['no JSON', `${good}\nhello\n`, /^output\.jsonl line 2: It is not an answer of a batch .*Give the output file/s],
    ['a last line that was cut off', `${good}\n\n${good.slice(0, 40)}`, /^output\.jsonl line 3: It is not an answer/],
    [
      'the requests in place of the answers',
      JSON.stringify({ custom_id: 'a', method: 'POST', url: '/v1/chat/completions', body: {} }),
      /line 1: .*neither "response" nor "error"/s,
    ],
    ['no id', JSON.stringify({ response: { status_code: 200, body: {} } }), /line 1: .*custom_id/s],
    ['a status that is none', line('a', {}, 7), /line 1: .*status_code/s],
    ['two answers to one request', `${good}\n\n${good}\n`, /line 3: It answers the same request as line 1: a\./],
  ])('refuses a file with %s', (_, text, message) => {
    expect(() => parseBatchAnswers(text, 'output.jsonl')).toThrow(message);
    expect(() => parseBatchAnswers(text, 'output.jsonl')).toThrow(expect.objectContaining({ code: 'bad-file' }));
  });
});
