import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LabError } from '../../core/error.ts';
import { PAPER_DECODING, type StreamEvent } from '../../core/engine/engine.ts';
import { listEndpointModels } from './list-models.ts';
import { EndpointModel } from './openai.ts';
import { normaliseBaseUrl } from './endpoint.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, body: Record<string, unknown>) => void;

let server: Server;
let baseUrl: string;
let answer: Answer;
let requests: { url: string; body: Record<string, unknown>; authorization: string | undefined }[];

beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const body = (text ? JSON.parse(text) : {}) as Record<string, unknown>;
      requests.push({ url: request.url ?? '', body, authorization: request.headers.authorization });
      answer(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const KEY = 'sk-secret-123';
const client = (options = {}) =>
  new EndpointModel({ baseUrl, model: 'big', modelId: 'e', contextWindow: null, apiKey: KEY }, options);
const decoding = { ...PAPER_DECODING, seed: 5 };
const chunk = (content: string, finish: string | null = null) =>
  `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason: finish }] })}\n\n`;
const sse =
  (...events: string[]): Answer =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of events) response.write(event);
    response.end();
  };
async function talk(model = client(), signal?: AbortSignal): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of model.stream([{ role: 'user', content: 'Hi' }], decoding, signal)) events.push(event);
  return events;
}
const textOf = (events: StreamEvent[]) => events.map((event) => (event.type === 'text' ? event.text : '')).join('');

describe('EndpointModel', () => {
  it('streams a reply and reports the usage that the server counts', async () => {
    const usage = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 11, completion_tokens: 4 } })}\n\n`;
    answer = sse(': ping\n\n', chunk('Hel'), chunk('lo'), chunk('', 'length'), usage, 'data: [DONE]\n\n');
    const events = await talk();
    expect(textOf(events)).toBe('Hello');
    expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'length', stats: { promptTokens: 11, newTokens: 4 } });
    expect(requests[0]).toMatchObject({
      url: '/v1/chat/completions',
      authorization: `Bearer ${KEY}`,
      body: { model: 'big', temperature: 0.7, top_p: 0.95, top_k: 50, max_tokens: 128, seed: 5, stream: true },
    });
  });

  it('reads a reply that was not streamed', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          choices: [{ message: { content: 'Whole' }, finish_reason: 'stop' }],
          usage: { prompt_tokens: 3, completion_tokens: 1 },
        }),
      );
    };
    const events = await talk();
    expect(textOf(events)).toBe('Whole');
    expect(events.at(-1)).toMatchObject({ reason: 'stop', stats: { promptTokens: 3, newTokens: 1 } });
  });

  it('retries without top_k when the server refuses it, and remembers', async () => {
    answer = (request, response, body) => {
      if (!('top_k' in body)) {
        sse(chunk('ok', 'stop'))(request, response, body);
        return;
      }
      response.writeHead(400).end(JSON.stringify({ error: { message: 'Unrecognized request argument: top_k' } }));
    };
    const model = client();
    expect(textOf(await talk(model))).toBe('ok');
    await talk(model);
    expect(requests.map(({ body }) => 'top_k' in body)).toEqual([true, false, false]);
    expect(model.info.features.topK).toBe(false);
  });

  it('stops on request and keeps the partial reply', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(chunk('one'));
    };
    const controller = new AbortController();
    const events: StreamEvent[] = [];
    for await (const event of client().stream([{ role: 'user', content: 'Hi' }], decoding, controller.signal)) {
      events.push(event);
      controller.abort();
    }
    expect(textOf(events)).toBe('one');
    expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'cancelled', stats: { newTokens: 1 } });
  });

  it.each([
    [
      401,
      {},
      JSON.stringify({ error: { message: `Incorrect API key provided: ${KEY}` } }),
      /401.*Incorrect API key.*key again.*endpoint settings.*SOLACE_API_KEY/s,
    ],
    [403, {}, '{"detail":"no"}', /403.*no\./s],
    [404, {}, JSON.stringify({ error: { message: 'The model `big` does not exist' } }), /404.*does not exist.*v1/s],
    [429, { 'retry-after': '20' }, '{}', /429.*Try again in 20 seconds/s],
    [429, { 'retry-after': new Date(Date.now() + 5 * 60_000).toUTCString() }, '', /[45] minutes/],
    [429, {}, '', /Wait and try again/],
    [500, {}, 'Traceback (most recent call last)', /failed \(500\)/],
    [502, {}, '<html><body>Bad Gateway</body></html>', /502.*web page/s],
  ])('explains status %i and never shows the key', async (status, headers, body, pattern) => {
    answer = (_, response) => void response.writeHead(status, headers).end(body);
    const error = await talk().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(LabError);
    expect(error).toMatchObject({ code: 'endpoint', detail: { where: new URL(baseUrl).host } });
    expect((error as LabError).message).toMatch(pattern);
    expect((error as LabError).message).not.toContain(KEY);
  });

  it.each([
    ['an empty answer', 'text/event-stream', '', /empty answer/],
    ['a web page', 'text/html', '<!doctype html><p>Hello</p>', /web page/],
    ['garbage in the stream', 'text/event-stream', 'data: {oh no\n\n', /not the JSON/],
    ['another JSON', 'application/json', '[1,2,3]', /not the JSON/],
    [
      'an error inside the stream',
      'text/event-stream',
      `${chunk('a')}data: {"error":{"message":"out of blocks"}}\n\n`,
      /out of blocks/,
    ],
  ])('names %s', async (_, type, body, pattern) => {
    answer = (_request, response) => void response.writeHead(200, { 'content-type': type }).end(body);
    await expect(talk()).rejects.toMatchObject({ code: 'endpoint', message: expect.stringMatching(pattern) });
  });

  it('yields the partial reply and then an error when the connection breaks', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(chunk('half'), () => setTimeout(() => response.destroy(), 20));
    };
    const events: StreamEvent[] = [];
    const run = (async () => {
      for await (const event of client().stream([], decoding)) events.push(event);
    })();
    await expect(run).rejects.toMatchObject({ code: 'endpoint', message: expect.stringContaining('cut off') });
    expect(textOf(events)).toBe('half');
  });

  it('gives up on a silent server', async () => {
    answer = () => {};
    await expect(talk(client({ timeoutMs: 50 }))).rejects.toMatchObject({
      code: 'endpoint',
      message: expect.stringContaining('No answer came within'),
    });
  });

  it('says what to check when nothing listens', async () => {
    const model = new EndpointModel({
      baseUrl: 'http://127.0.0.1:9/v1',
      model: 'x',
      modelId: 'e',
      contextWindow: null,
    });
    await expect(talk(model)).rejects.toMatchObject({
      code: 'endpoint',
      message: expect.stringMatching(/cannot be reached.*running/s),
    });
  });

  it('scores text if the server echoes log-probabilities', async () => {
    answer = (_, response) =>
      void response.end(
        JSON.stringify({
          choices: [{ logprobs: { tokens: ['I', ' am', ' fine', '.'], token_logprobs: [null, -1.5, -2.25, -0.1] } }],
          usage: { prompt_tokens: 3, completion_tokens: 1 },
        }),
      );
    expect(await client().scorer.score('I am fine')).toEqual([
      { id: -1, text: 'I', logprob: null },
      { id: -1, text: ' am', logprob: -1.5 },
      { id: -1, text: ' fine', logprob: -2.25 },
    ]);
    expect(requests[0]).toMatchObject({
      url: '/v1/completions',
      body: { echo: true, logprobs: 1, prompt: 'I am fine' },
    });
  });

  it.each([
    ['does not know completions', 404, 'Not found'],
    [
      'does not echo',
      200,
      JSON.stringify({
        choices: [{ logprobs: { tokens: ['!'], token_logprobs: [-1] } }],
        usage: { completion_tokens: 1 },
      }),
    ],
    ['has no log-probabilities', 200, JSON.stringify({ choices: [{ logprobs: null }] })],
    ['answers something else', 200, '{"text":"hi"}'],
  ])('says that a server that %s cannot score', async (_, status, body) => {
    answer = (_request, response) => void response.writeHead(status).end(body);
    await expect(client().scorer.score('I am fine')).rejects.toMatchObject({ code: 'unsupported' });
  });

  it.each(['0.5', '3', '-1e999', '1e999'])('refuses %s as a log-probability', async (bad) => {
    answer = (_request, response) =>
      void response.end(
        '{"choices":[{"logprobs":{"tokens":["I"," ' +
          `am","!"],"token_logprobs":[null,${bad},-1]}}],"usage":{"completion_tokens":1}}`,
      );
    await expect(client().scorer.score('I am')).rejects.toMatchObject({
      code: 'endpoint',
      message: expect.stringContaining('impossible log-probabilities'),
    });
  });

  it('clamps log-probabilities that rounding puts slightly above 0', async () => {
    answer = (_request, response) =>
      void response.end('{"choices":[{"logprobs":{"tokens":["I"," am","!"],"token_logprobs":[null,1e-7,-1]}}]}');
    expect((await client().scorer.score('I am')).map(({ logprob }) => logprob)).toEqual([null, 0]);
  });

  it('lists models with their windows', async () => {
    answer = (_, response) =>
      void response.end(
        JSON.stringify({
          data: [{ id: 'a', max_model_len: 4096 }, { id: 'b' }, { id: 'c', meta: { n_ctx_train: 8192 } }],
        }),
      );
    expect(await listEndpointModels({ baseUrl: `${baseUrl}/` })).toEqual([
      { id: 'a', contextWindow: 4096 },
      { id: 'b', contextWindow: null },
      { id: 'c', contextWindow: 8192 },
    ]);
    answer = (_, response) => void response.end('{"models":[]}');
    await expect(listEndpointModels({ baseUrl })).rejects.toMatchObject({ code: 'endpoint' });
  });

  it('normalises base addresses and refuses invalid ones', () => {
    expect(normaliseBaseUrl(' http://h:8000/v1/ ')).toBe('http://h:8000/v1');
    expect(normaliseBaseUrl('http://h/v1/chat/completions')).toBe('http://h/v1');
    for (const bad of ['', 'h:8000', 'ftp://h', 'javascript:alert(1)', 'http://user:pw@h/v1']) {
      expect(() => normaliseBaseUrl(bad)).toThrow(expect.objectContaining({ code: 'bad-config' }));
    }
  });
});
