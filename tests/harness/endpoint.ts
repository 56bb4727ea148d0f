import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The part of a chat completion request that the tests look at. */
export interface SeenRequest {
  authorization: string | undefined;
  body: { model: string; messages: { role: string; content: string }[]; stream: boolean };
}

/** How the endpoint handles the next requests. */
export type Manner =
  'answers' | '401' | '429' | '500' | 'busy-once' | 'garbage' | 'breaks-off' | 'ends-early' | 'redirects' | 'silent';

/** A local server with OpenAI's interface, whose behaviour a test can change. */
export interface Endpoint {
  /** Base address, as a person would type it. */
  url: string;
  model: string;
  manner: Manner;
  /** Its reply to the last message if it `answers`; an echo by default. */
  answer: (message: string) => string;
  /** Milliseconds before an answer begins, or a promise that answers wait for. */
  pause: number | Promise<void>;
  /** Requests that are neither answered nor aborted yet. */
  open: number;
  /** Every requested chat completion. */
  seen: SeenRequest[];
  close(): Promise<void>;
}

const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': '*',
  'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
};

const MODEL = 'echo-7b';

/** What the endpoint answers: a sentence made from the last message, so that a test can identify the reply. */
export function echo(message: string): string {
  return `You said: ${message.split(/\s+/).reverse().join(' ')}`;
}

/** How each behaviour handles a chat completion. */
const MANNERS: Record<Manner, (response: ServerResponse, request: SeenRequest, endpoint: Endpoint) => void> = {
  answers: (response, { body }, { answer }) => {
    openStream(response);
    const words = answer(body.messages.at(-1)?.content ?? '').split(/(?<= )/);
    for (const content of words) sendDelta(response, { content });
    sendEvent(response, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
    sendEvent(response, { choices: [], usage: { prompt_tokens: 12, completion_tokens: words.length } });
    response.end('data: [DONE]\n\n');
  },
  '401': (response) => refuse(response, 401, 'Incorrect API key provided.'),
  '429': (response) => refuse(response, 429, 'Rate limit reached.', { 'Retry-After': '7' }),
  '500': (response) => refuse(response, 500, 'The model has crashed.'),
  /** Refuses each conversation the first time. */
  'busy-once': (response, request, endpoint) => {
    const asked = JSON.stringify(request.body.messages);
    const before = endpoint.seen.filter(({ body }) => JSON.stringify(body.messages) === asked).length;
    if (before === 1) refuse(response, 429, 'Rate limit reached.', { 'Retry-After': '0' });
    else MANNERS.answers(response, request, endpoint);
  },
  garbage: (response) => {
    openStream(response);
    response.end('data: {"choices": [{"delta"\n\n<html>not an event</html>\n\n');
  },
  'breaks-off': (response) => {
    openStream(response);
    sendDelta(response, { content: 'This sentence will never ' });
    // Long enough for the text to arrive, then the connection is cut without an end.
    setTimeout(() => response.destroy(), 200);
  },
  'ends-early': (response) => {
    openStream(response);
    sendDelta(response, { content: 'This sentence has no ' });
    response.end();
  },
  redirects: (response) => void response.writeHead(307, { Location: 'http://127.0.0.1:9/v1/chat/completions' }).end(),
  silent: () => undefined,
};

/** Starts the endpoint on a free port. */
export async function startEndpoint(): Promise<Endpoint> {
  const seen: SeenRequest[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value);
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    if (request.url?.endsWith('/models')) {
      sendJson(response, 200, { data: [{ id: MODEL, object: 'model' }] });
      return;
    }
    if (!request.url?.endsWith('/chat/completions')) {
      sendJson(response, 404, { error: { message: 'No such path.' } });
      return;
    }
    const body = JSON.parse(await readBody(request)) as SeenRequest['body'];
    const asked = { authorization: request.headers.authorization, body };
    seen.push(asked);
    endpoint.open++;
    response.once('close', () => endpoint.open--);
    await (typeof endpoint.pause === 'number' ? after(endpoint.pause) : endpoint.pause);
    if (!response.destroyed) MANNERS[endpoint.manner](response, asked, endpoint);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const endpoint: Endpoint = {
    url: `http://127.0.0.1:${port}/v1`,
    model: MODEL,
    manner: 'answers',
    answer: echo,
    pause: 0,
    open: 0,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return endpoint;
}

async function after(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

function openStream(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
}

function sendDelta(response: ServerResponse, delta: { content: string }): void {
  sendEvent(response, { choices: [{ index: 0, delta, finish_reason: null }] });
}

function sendEvent(response: ServerResponse, event: object): void {
  response.write(`data: ${JSON.stringify({ object: 'chat.completion.chunk', model: MODEL, ...event })}\n\n`);
}

function refuse(response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  sendJson(response, status, { error: { message } });
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
