import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LabError } from '../../core/error.ts';
import { PAPER_DECODING, type StreamEvent } from '../../core/engine/engine.ts';
import type { BodyLimits } from './body.ts';
import { EndpointModel } from './openai.ts';

const KEY = 'sk-"Quoted"/9f8e7d6c5b4a';
const LIMITS: BodyLimits = { idleMs: 30_000, progressMs: 30_000, bytes: 200_000, eventLength: 20_000, tailMs: 100 };
/** Only for responses that stall: on a busy machine others would seem to stall, too. */
const SHORT = { ...LIMITS, idleMs: 150, progressMs: 250 };
const MOST_TOKENS = 16;

type Send = (response: ServerResponse) => void;
let server: Server;
let baseUrl: string;
let send: Send;
let asked: string[];
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization ?? ''}`);
    response.on('error', () => {});
    request.resume().on('end', () => send(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const event = (choice: object, more: object = {}) => `data: ${JSON.stringify({ choices: [choice], ...more })}\n\n`;
const say = (content: unknown, finish: string | null = null) => event({ delta: { content }, finish_reason: finish });
const end = (reason = 'stop') => event({ delta: {}, finish_reason: reason });
const DONE = 'data: [DONE]\n\n';
const SSE = 'text/event-stream';
/** A complete response, in one piece. */
const body =
  (text: string | Buffer, type = SSE, status = 200, headers: Record<string, string> = {}): Send =>
  (response) =>
    void response.writeHead(status, { 'content-type': type, ...headers }).end(text);
const whole = (choice: object, more: object = {}) => JSON.stringify({ choices: [choice], ...more });
/** The same piece forever, every `everyMs` milliseconds; as fast as possible for 0. */
const endless =
  (piece: string, everyMs: number, first = '', type = SSE, status = 200): Send =>
  (response) => {
    response.writeHead(status, { 'content-type': type });
    response.write(first);
    const more = () => {
      if (response.destroyed) return;
      const room = response.write(piece);
      if (everyMs > 0) setTimeout(more, everyMs);
      else if (room) setImmediate(more);
      else response.once('drain', more);
    };
    more();
  };
/** The beginning of a response, then silence or a closed connection. */
const then =
  (text: string, last: 'silence' | 'break' | 'end', type = SSE): Send =>
  (response) => {
    response.writeHead(200, { 'content-type': type });
    response.write(text, () => {
      if (last === 'break') setTimeout(() => response.destroy(), 20);
      if (last === 'end') response.end();
    });
  };
const refuse = (status: number, said: string | { message: string }, headers: Record<string, string> = {}): Send =>
  body(typeof said === 'string' ? said : JSON.stringify({ error: said }), 'application/json', status, headers);

interface Reply {
  text: string;
  reason?: string;
  prompt?: number | null;
  newTokens?: number;
}
interface Fault {
  words: RegExp;
  code?: string | undefined;
  text?: string | undefined;
  status?: number | undefined;
  retryable?: boolean | undefined;
  retryAfter?: number | undefined;
}

const HI = say('Hello');

const REPLIES: [string, Send, Reply][] = [
  ['events and an end mark', body(`${HI}${say(' you')}${end()}${DONE}`), { text: 'Hello you', reason: 'stop' }],
  ['a finish reason without an end mark', body(`${HI}${end('length')}`), { text: 'Hello', reason: 'length' }],
  ['an end mark without a finish reason', body(`${HI}${DONE}`), { text: 'Hello', reason: 'stop' }],
  ['an end mark on an open connection', then(`${HI}${end()}${DONE}`, 'silence'), { text: 'Hello' }],
  ['no end mark on an open connection', then(`${HI}${end()}`, 'silence'), { text: 'Hello' }],
  ['a break after the finish reason', then(`${HI}${end()}`, 'break'), { text: 'Hello' }],
  ['comments and other fields', body(`: ping\n\nevent: x\nid: 1\nretry: 5\n${HI}${end()}`), { text: 'Hello' }],
  ['lines that end in CRLF', body(`${HI}${end()}`.replaceAll('\n', '\r\n')), { text: 'Hello' }],
  ['a byte order mark', body(`\ufeff${HI}${end()}`), { text: 'Hello' }],
  ['events under the type of JSON', body(`${HI}${end()}`, 'application/json'), { text: 'Hello' }],
  ['events under the type of plain text', body(`${HI}${end()}`, 'text/plain'), { text: 'Hello' }],
  [
    'one JSON answer',
    body(whole({ message: { content: 'Hello' }, finish_reason: 'stop' }), 'application/json'),
    { text: 'Hello' },
  ],
  [
    'one JSON answer under the type of a stream',
    body(whole({ message: { content: 'Hello' }, finish_reason: 'stop' })),
    { text: 'Hello' },
  ],
  [
    'one JSON answer under the type of a page',
    body(whole({ message: { content: 'Hello' } }), 'text/html'),
    { text: 'Hello' },
  ],
  ['gzip', body(gzipSync(`${HI}${end()}`), SSE, 200, { 'content-encoding': 'gzip' }), { text: 'Hello' }],
  [
    'content in parts',
    body(
      `${say([
        { type: 'thinking', text: 'Hm' },
        { type: 'text', text: 'Hello' },
      ])}${end()}`,
    ),
    { text: 'Hello' },
  ],
  [
    'thinking before the reply',
    body(`${event({ delta: { reasoning_content: 'Hm' } })}${HI}${end()}`),
    { text: 'Hello' },
  ],
  [
    'a content filter in the middle',
    body(`${HI}${end('content_filter')}${DONE}`),
    { text: 'Hello', reason: 'content-filter' },
  ],
  [
    'a second reply between the parts of the first',
    body(
      event({ index: 0, delta: { content: 'Hel' } }) +
        event({ index: 1, delta: { content: 'Bye' }, finish_reason: 'length' }) +
        `data: ${JSON.stringify({
          choices: [
            { index: 1, delta: { content: '!' } },
            { index: 0, delta: { content: 'lo' } },
          ],
        })}\n\n${end()}`,
    ),
    { text: 'Hello', reason: 'stop' },
  ],
  ['max_tokens as the reason', body(`${HI}${end('max_tokens')}`), { text: 'Hello', reason: 'length' }],
  ['an unknown reason', body(`${HI}${end('eos')}`), { text: 'Hello', reason: 'stop' }],
  [
    'counts of tokens',
    body(`${HI}${end()}${event({}, { usage: { prompt_tokens: 9, completion_tokens: 2 } })}${DONE}`),
    { text: 'Hello', prompt: 9, newTokens: 2 },
  ],
  ...[-5, 5.5, 1e300, '7', null, {}, true].map((bad): [string, Send, Reply] => [
    `${JSON.stringify(bad)} as a count of tokens`,
    body(
      `${HI}${end()}data: ` +
        `${JSON.stringify({ choices: [], usage: { prompt_tokens: bad, completion_tokens: bad } })}\n\n`,
    ),
    { text: 'Hello', prompt: null, newTokens: 1 },
  ]),
  [
    'something else as the counts',
    body(`${HI}${end()}data: {"choices":[],"usage":[1]}\n\n`),
    { text: 'Hello', prompt: null, newTokens: 1 },
  ],
];

const FAULTS: [string, Send, Fault][] = [
  ['no byte', body(''), { words: /empty answer/ }],
  ['comments only', body(': ping\n\n'), { words: /empty answer/ }],
  ['an end mark only', body(DONE), { words: /empty answer/ }],
  ['a web page', body('<!doctype html><p>Hi', 'text/html'), { words: /web page/ }],
  ['a web page under the type of a stream', body('<html>'), { words: /web page/ }],
  ['a web page under the type of JSON', body('\n <html>', 'application/json'), { words: /web page/ }],
  [
    'half of a JSON answer',
    body('{"choices":[{"message":{"content":"Hel', 'application/json'),
    { words: /not the JSON/ },
  ],
  ['half of an event', body('data: {"choices":[{"delta"\n\n'), { words: /not the JSON/ }],
  ['plain words', body('Service starting', 'text/plain'), { words: /not the JSON/ }],
  ['NaN', body(`data: {"choices":[{"delta":{"content":"a"},"logprob":NaN}]}\n\n`), { words: /NaN/ }],
  ['another JSON', body('[1,2]', 'application/json'), { words: /not the JSON/ }],
  ['an error in place of an answer', body('{"error":{"message":"no GPU"}}', 'application/json'), { words: /no GPU/ }],
  [
    'an error inside the stream',
    body(`${HI}data: {"error":"out of blocks"}\n\n`),
    { words: /out of blocks/, text: 'Hello' },
  ],
  [
    'an error in the old form of vLLM',
    body(`${HI}data: {"object":"error","message":"too long"}\n\n`),
    { words: /too long/, text: 'Hello' },
  ],
  [
    'an error as the finish reason',
    body(`${HI}${end('error')}`),
    { words: /aborted the reply/, text: 'Hello', retryable: true },
  ],
  ['a stream that ends in the middle', body(HI), { words: /cut off/, text: 'Hello', retryable: true }],
  ['a connection that breaks', then(HI, 'break'), { words: /cut off/, text: 'Hello', retryable: true }],
  ['a stream that stalls', then(HI, 'silence'), { words: /stopped in the middle/, text: 'Hello', retryable: true }],
  ['headers and then nothing', then('', 'silence'), { words: /stopped in the middle/, retryable: true }],
  [
    'comments for ever',
    endless(': ping\n\n', 40, HI),
    { words: /stopped in the middle/, text: 'Hello', retryable: true },
  ],
  [
    'empty events for ever',
    endless(say(''), 40, HI),
    { words: /stopped in the middle/, text: 'Hello', retryable: true },
  ],
  [
    'a JSON answer that never ends',
    endless(' ', 40, '{', 'application/json'),
    { words: /stopped in the middle/, retryable: true },
  ],
  ['a reply that never ends', endless(say('word '), 0), { words: /more would have come/ }],
  [
    'a whole answer far too long',
    body(whole({ message: { content: 'a'.repeat(9000) } }), 'application/json'),
    { words: /9000 characters/ },
  ],
  ['thoughts that never end', endless(event({ delta: { reasoning_content: 'hm' } }), 0), { words: /MiB/ }],
  [
    'a line that never ends',
    endless('a'.repeat(5000), 0, 'data: {"x":"'),
    { words: /an event of more than 20000 characters/ },
  ],
  [
    'an event of lines that never ends',
    endless(`data: ${'a'.repeat(500)}\n`, 0),
    { words: /an event of more than 20000 characters/ },
  ],
  ['a comment that never ends', endless('a'.repeat(5000), 0, ':'), { words: /an event of more than|MiB/ }],
  [
    'a gzip bomb',
    body(gzipSync(`{"choices":"${' '.repeat(20_000_000)}"}`), 'application/json', 200, { 'content-encoding': 'gzip' }),
    { words: /MiB/ },
  ],
  [
    'broken gzip',
    body('no gzip', SSE, 200, { 'content-encoding': 'gzip' }),
    { words: /cut off|reached/, retryable: true },
  ],
  [
    'an error of a busy server inside an answer',
    body(JSON.stringify({ error: { code: 429, message: 'Rate limit upstream' } }), 'application/json'),
    { words: /Rate limit upstream/, retryable: true },
  ],
  [
    'an error of a busy server after the first words',
    body(`${HI}data: {"error":{"status":"503","message":"Overloaded"}}\n\n`),
    { words: /Overloaded/, text: 'Hello', retryable: true },
  ],
  [
    'an error of the request inside an answer',
    body(JSON.stringify({ object: 'error', message: 'Too long', code: 400 }), 'application/json'),
    { words: /Too long/, retryable: false },
  ],
  ['an empty reply', body(`${say('')}${end()}`), { code: 'no-reply', words: /empty.*first word/ }],
  ['blanks only', body(`${say(' \n')}${end()}`), { code: 'no-reply', words: /empty/ }],
  [
    'thoughts only',
    body(`${event({ delta: { reasoning_content: 'Hm' } })}${end('length')}`),
    { code: 'no-reply', words: /only thought.*16 tokens/ },
  ],
  [
    'a tool call only',
    body(`${event({ delta: { content: null, tool_calls: [{}] } })}${end('tool_calls')}`),
    { code: 'no-reply', words: /tool/ },
  ],
  [
    'a refusal only',
    body(`${event({ delta: { refusal: 'I cannot.' } })}${end()}`),
    { code: 'no-reply', words: /refused.*I cannot/ },
  ],
  ['a filter before the first word', body(end('content_filter')), { code: 'no-reply', words: /content filter/ }],
  ...[301, 302, 303, 307, 308].map((status): [string, Send, Fault] => [
    `a redirect ${status}`,
    body('', SSE, status, { location: 'https://elsewhere.example/v1/chat/completions' }),
    { words: /redirects to https:\/\/elsewhere\.example/, status },
  ]),
  [
    '400 that names the key',
    refuse(400, { message: `bad ${KEY}` }),
    { words: /\(400\): bad \(key\)/, status: 400, retryable: false },
  ],
  [
    '401',
    refuse(401, { message: `Incorrect: ${JSON.stringify(KEY)}` }),
    { words: /\(401\)/, status: 401, retryable: false },
  ],
  ['403', refuse(403, `{"detail":"${encodeURIComponent(KEY)}"}`), { words: /\(403\)/, status: 403 }],
  ['404', refuse(404, { message: Buffer.from(`user:${KEY}`).toString('base64') }), { words: /\(404\)/, status: 404 }],
  ['413', refuse(413, KEY.slice(0, 12)), { words: /\(413\)/, status: 413 }],
  [
    '429 with seconds',
    refuse(429, { message: 'x' }, { 'retry-after': '7' }),
    { words: /7 seconds/, status: 429, retryable: true, retryAfter: 7000 },
  ],
  [
    '429 with hours',
    refuse(429, { message: 'x' }, { 'retry-after': '7200' }),
    { words: /2 hours/, retryAfter: 7_200_000 },
  ],
  [
    '429 with a wait of millennia',
    refuse(429, { message: 'x' }, { 'retry-after': '99999999999' }),
    { words: /Wait and try again/, retryable: true, retryAfter: undefined },
  ],
  ['429 with nonsense', refuse(429, { message: 'x' }, { 'retry-after': 'soon' }), { words: /Wait and try again/ }],
  [
    '500 with a page that never ends',
    endless('x'.repeat(4096), 0, '', 'text/plain', 500),
    { words: /\(500\)/, status: 500, retryable: true },
  ],
  ['502 with a page', refuse(502, '<html>Bad Gateway'), { words: /\(502\).*web page/, status: 502, retryable: true }],
  ['503', refuse(503, '', { 'retry-after': '5' }), { words: /5 seconds/, status: 503, retryAfter: 5000 }],
  [
    '529 with a date',
    (response) => refuse(529, '', { 'retry-after': new Date(Date.now() + 90_000).toUTCString() })(response),
    { words: /2 minutes|\d\d seconds/, status: 529, retryable: true },
  ],
  ['502 with seconds', refuse(502, '', { 'retry-after': '5' }), { words: /5 seconds/, status: 502, retryAfter: 5000 }],
  ['an error that turns the direction of the text', refuse(400, { message: 'a\u202eb' }), { words: /a b\./ }],
];

async function talk(
  key: string | undefined = KEY,
  limits = LIMITS,
): Promise<{ events: StreamEvent[]; error: unknown }> {
  const model = new EndpointModel({ baseUrl, model: 'm', modelId: 'e', contextWindow: null, apiKey: key }, { limits });
  const events: StreamEvent[] = [];
  asked = [];
  try {
    for await (const each of model.stream([{ role: 'user', content: 'Hi' }], {
      ...PAPER_DECODING,
      maxNewTokens: MOST_TOKENS,
      seed: 1,
    }))
      events.push(each);
    return { events, error: undefined };
  } catch (error) {
    return { events, error };
  }
}
const textOf = (events: StreamEvent[]) => events.map((each) => (each.type === 'text' ? each.text : '')).join('');

describe('a non-conforming endpoint', () => {
  it.each(REPLIES)('reads %s', async (_, manner, { text, reason, prompt, newTokens }) => {
    send = manner;
    const { events, error } = await talk();
    expect(error).toBeUndefined();
    expect(textOf(events)).toBe(text);
    const done = events.at(-1);
    expect(done).toMatchObject({ type: 'done', ...(reason && { reason }) });
    if (done?.type !== 'done') return;
    if (prompt !== undefined) expect(done.stats.promptTokens).toBe(prompt);
    if (newTokens !== undefined) expect(done.stats.newTokens).toBe(newTokens);
  });

  it.each(FAULTS)('names %s', async (_, manner, { words, code = 'endpoint', text, ...detail }) => {
    send = manner;
    const { events, error } = await talk(KEY, words.source.includes('stopped') ? SHORT : LIMITS);
    expect(error).toBeInstanceOf(LabError);
    expect(error).toMatchObject({
      code,
      detail: { where: new URL(baseUrl).host, todo: expect.stringMatching(/\w/) },
      message: expect.stringMatching(words),
      ...detail,
    });
    if (text !== undefined) expect(textOf(events)).toBe(text);
    expect(events.some(({ type }) => type === 'done')).toBe(false);
    const told = (error as LabError).message;
    const parts = Array.from({ length: KEY.length - 7 }, (_each, at) => KEY.slice(at, at + 8));
    expect(parts.filter((part) => told.includes(part) || told.includes(encodeURIComponent(part)))).toEqual([]);
    expect(asked).toHaveLength(1);
  });

  it.each([' sk-plain\n', 'sk-é'])('sends the key %j as a header', async (key) => {
    send = body(`${HI}${end()}`);
    expect((await talk(key)).error).toBeUndefined();
    expect(asked).toEqual([`/v1/chat/completions Bearer ${key.trim()}`]);
  });

  it.each(['sk-\u2026abc', '“sk-abc”', 'sk-a\nb', 'ключ'])(
    'reports the key %j, which is not allowed in a header, and sends nothing',
    async (key) => {
      send = body(`${HI}${end()}`);
      const { error } = await talk(key);
      expect(error).toMatchObject({ code: 'bad-config', message: expect.stringMatching(/key contains a character/) });
      expect((error as LabError).message).not.toContain(key);
      expect(asked).toEqual([]);
    },
  );
});
