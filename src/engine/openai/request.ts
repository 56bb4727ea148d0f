import { LabError } from '../../error.ts';

/** An OpenAI-compatible server. `baseUrl` ends before `/chat/completions`, usually in `/v1`. */
export interface Endpoint {
  baseUrl: string;
  /** Sent as a bearer token; never stored or logged here. */
  apiKey?: string | undefined;
}

export interface RequestOptions {
  signal?: AbortSignal | undefined;
  /** Give up when no answer has begun after this many milliseconds. */
  timeoutMs?: number;
  fetcher?: typeof fetch;
}

/** A server that loads a large model before its first answer may take this long. */
export const ANSWER_TIMEOUT_MS = 120_000;

/** The base address with no trailing slash. Throws `bad-config` when it is not an http(s) address. */
export function normaliseBaseUrl(text: string): string {
  let url: URL | undefined;
  try {
    url = new URL(text.trim());
  } catch {
    // Said below.
  }
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new LabError({ code: 'bad-config', where: text, what: 'This is not an http or https address.', todo: 'Give the base address of the server, such as http://localhost:8000/v1.' });
  }
  if (url.username || url.password) {
    throw new LabError({ code: 'bad-config', where: url.host, what: 'The address holds a user name or password.', todo: 'Put the key into the key field instead.' });
  }
  url.hash = '';
  url.search = '';
  return url.href.replace(/\/+$/, '').replace(/\/(chat\/completions|completions|models)$/, '');
}

/** Sends a request; resolves with an answer of status 2xx, else rejects with a LabError that names the host. */
export async function request(
  endpoint: Endpoint,
  path: string,
  body: unknown | undefined,
  { signal, timeoutMs = ANSWER_TIMEOUT_MS, fetcher = fetch }: RequestOptions = {},
): Promise<Response> {
  const url = `${endpoint.baseUrl}${path}`;
  const { host } = new URL(url);
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  const headers: Record<string, string> = { accept: 'application/json, text/event-stream' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (endpoint.apiKey) headers['authorization'] = `Bearer ${endpoint.apiKey}`;
  try {
    const response = await fetcher(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal,
      // No cookie of another site rides along.
      credentials: 'omit',
    });
    if (response.ok) return response;
    throw await refusal(response, url, endpoint);
  } catch (error) {
    if (error instanceof LabError) throw error;
    if (signal?.aborted) throw LabError.cancelled();
    if (timeout.signal.aborted) {
      throw new LabError({ code: 'endpoint', where: host, what: `No answer came within ${timeoutMs / 1000} seconds.`, todo: 'Check that the server is running and its model is loaded, then try again.' });
    }
    throw unreachable(url, error);
  } finally {
    clearTimeout(timer);
  }
}

interface Refusal {
  what: string;
  todo: string;
}

/** What the statuses mean for the person, by status. */
const REFUSALS: Record<number, Refusal> = {
  400: { what: 'The server refuses the request (400)', todo: 'Its message says what it wants; a shorter context or other decoding settings may help.' },
  401: { what: 'The server wants a key, or refuses this one (401)', todo: 'Enter the key again in the endpoint settings.' },
  403: { what: 'The key is not allowed to use this model (403)', todo: 'Choose another model or key.' },
  404: { what: 'The server does not know this address or model (404)', todo: 'Check that the base address ends as the server wants it, usually in /v1, and that the model is in its list.' },
  413: { what: 'The request is too long for the server (413)', todo: 'Leave older messages out of the context.' },
  429: { what: 'The server takes no more requests now (429)', todo: 'Wait and try again.' },
};

async function refusal(response: Response, url: string, { apiKey }: Endpoint): Promise<LabError> {
  const { status } = response;
  const known = REFUSALS[status] ?? {
    what: status >= 500 ? `The server failed (${status})` : `The server answered ${status}`,
    todo: status >= 500 ? "Try again; if it goes on, look into the server's log." : 'Check the base address.',
  };
  const said = serverMessage(await response.text().catch(() => ''), apiKey);
  const wait = status === 429 || status === 503 ? retryAfter(response.headers.get('retry-after')) : undefined;
  return new LabError({
    code: 'endpoint',
    where: new URL(url).host,
    what: `${known.what}${said ? `: ${said}` : '.'}`,
    todo: wait ? `Try again in ${wait}.` : known.todo,
  });
}

const MESSAGE_LENGTH = 300;

/** The server's own explanation, in the shapes that servers use, without markup, and never with the key in it. */
function serverMessage(body: string, apiKey: string | undefined): string {
  let text = body;
  try {
    const json = JSON.parse(body) as { error?: { message?: unknown } | string; message?: unknown; detail?: unknown };
    const found = [typeof json.error === 'object' ? json.error?.message : json.error, json.message, json.detail].find((each) => typeof each === 'string');
    text = typeof found === 'string' ? found : '';
  } catch {
    if (/^\s*</.test(body)) return 'It sent a web page instead of an answer.';
  }
  if (apiKey) text = text.replaceAll(apiKey, '(key)');
  text = text.replace(/\s+/g, ' ').trim();
  if (text.length > MESSAGE_LENGTH) text = `${text.slice(0, MESSAGE_LENGTH)}…`;
  return text && !/[.!?…]$/.test(text) ? `${text}.` : text;
}

/** "30 seconds" from a Retry-After header in either of its forms (RFC 9110, section 10.2.3). */
function retryAfter(header: string | null): string | undefined {
  if (!header) return undefined;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : Math.ceil((Date.parse(header) - Date.now()) / 1000);
  if (!Number.isFinite(seconds) || seconds <= 0) return undefined;
  return seconds < 90 ? `${seconds} second${seconds === 1 ? '' : 's'}` : `${Math.ceil(seconds / 60)} minutes`;
}

/** Browsers tell a page nothing of why: a server that is off and one without CORS look the same. */
function unreachable(url: string, cause: unknown): LabError {
  const { host, origin, protocol, hostname } = new URL(url);
  const page = typeof location === 'undefined' ? undefined : location;
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  const mixed = page?.protocol === 'https:' && protocol === 'http:' && !local;
  const todo = mixed
    ? 'A page served over https may only reach https servers; serve the endpoint over https, or open the lab from your own machine.'
    : page && page.origin !== origin
      ? `Check that it is running, and that it allows this page (CORS) with the origin ${page.origin}: --cors-origins or --allowed-origins on vLLM, OLLAMA_ORIGINS on Ollama; llama.cpp's server allows it as it is.`
      : 'Check the address and that the server is running.';
  return new LabError({ code: 'endpoint', where: host, what: 'The server cannot be reached.', todo }, { cause });
}

/** Parses an answer's JSON; what is no JSON is named for what it looks like. */
export async function readAnswer(response: Response, host: string): Promise<unknown> {
  const text = await response.text().catch((error: unknown) => {
    throw LabError.from(error, { code: 'endpoint', where: host, what: 'The answer was cut off', todo: 'Try again.' });
  });
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw garbage(text, host);
  }
}

export function garbage(text: string, host: string): LabError {
  const what =
    text.trim() === ''
      ? 'The server sent an empty answer.'
      : /^\s*</.test(text)
        ? 'The server sent a web page where JSON was expected.'
        : 'The server sent something that is not the JSON of the OpenAI interface.';
  return new LabError({ code: 'endpoint', where: host, what, todo: 'Check that the base address is that of an OpenAI-compatible server, usually ending in /v1.' });
}
