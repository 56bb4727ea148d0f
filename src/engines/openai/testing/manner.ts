import type { ServerResponse } from 'node:http';

/** How a server answers one request. */
export type Send = (response: ServerResponse) => void;

/** A key with characters that have to be escaped in JSON and in addresses. */
export const KEY = 'sk-"Quoted"/9f8e7d6c5b4a';

export const event = (choice: object, more: object = {}) =>
  `data: ${JSON.stringify({ choices: [choice], ...more })}\n\n`;
export const say = (content: unknown, finish: string | null = null) =>
  event({ delta: { content }, finish_reason: finish });
export const end = (reason = 'stop') => event({ delta: {}, finish_reason: reason });
export const DONE = 'data: [DONE]\n\n';
export const SSE = 'text/event-stream';
/** A complete response, in one piece. */
export const body =
  (text: string | Buffer, type = SSE, status = 200, headers: Record<string, string> = {}): Send =>
  (response) =>
    void response.writeHead(status, { 'content-type': type, ...headers }).end(text);
export const whole = (choice: object, more: object = {}) => JSON.stringify({ choices: [choice], ...more });
/** The same piece forever, every `everyMs` milliseconds; as fast as possible for 0. */
export const endless =
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
export const startThen =
  (text: string, last: 'silence' | 'break' | 'end', type = SSE): Send =>
  (response) => {
    response.writeHead(200, { 'content-type': type });
    response.write(text, () => {
      if (last === 'break') setTimeout(() => response.destroy(), 20);
      if (last === 'end') response.end();
    });
  };
export const refuse = (
  status: number,
  said: string | { message: string },
  headers: Record<string, string> = {},
): Send => body(typeof said === 'string' ? said : JSON.stringify({ error: said }), 'application/json', status, headers);

/** One event with a word. */
export const HI = say('Hello');
