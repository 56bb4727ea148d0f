import { gzipSync } from 'node:zlib';
import { body, DONE, end, event, HI, say, type Send, SSE, startThen, whole } from './manner.ts';

/** What is read of an answer. */
export interface Reply {
  text: string;
  reason?: string;
  prompt?: number | null;
  newTokens?: number;
}

/** Manners in which a server may reply, and what is read. */
export const REPLIES: [string, Send, Reply][] = [
  ['events and an end mark', body(`${HI}${say(' you')}${end()}${DONE}`), { text: 'Hello you', reason: 'stop' }],
  ['a finish reason without an end mark', body(`${HI}${end('length')}`), { text: 'Hello', reason: 'length' }],
  ['an end mark without a finish reason', body(`${HI}${DONE}`), { text: 'Hello', reason: 'stop' }],
  ['an end mark on an open connection', startThen(`${HI}${end()}${DONE}`, 'silence'), { text: 'Hello' }],
  ['no end mark on an open connection', startThen(`${HI}${end()}`, 'silence'), { text: 'Hello' }],
  ['a break after the finish reason', startThen(`${HI}${end()}`, 'break'), { text: 'Hello' }],
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
