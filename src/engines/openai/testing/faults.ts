import { gzipSync } from 'node:zlib';
import { body, DONE, end, endless, event, HI, KEY, refuse, say, type Send, SSE, startThen, whole } from './manner.ts';

/** What is said of an answer that cannot be used. */
export interface Fault {
  words: RegExp;
  code?: string | undefined;
  text?: string | undefined;
  status?: number | undefined;
  retryable?: boolean | undefined;
  retryAfter?: number | undefined;
}

/** Manners in which a server may fail, and what is said of them. */
export const FAULTS: [string, Send, Fault][] = [
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
  ['a connection that breaks', startThen(HI, 'break'), { words: /cut off/, text: 'Hello', retryable: true }],
  [
    'a stream that stalls',
    startThen(HI, 'silence'),
    { words: /stopped in the middle/, text: 'Hello', retryable: true },
  ],
  ['headers and then nothing', startThen('', 'silence'), { words: /stopped in the middle/, retryable: true }],
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
