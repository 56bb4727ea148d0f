import { LabError } from '../../core/error.ts';
import { tryParseJson } from '../../core/json.ts';
import { BODY_LIMITS, bodyText, type BodyLimits } from './body.ts';
import { checkedKey, endpointError, type Endpoint } from './endpoint.ts';
import { failure, garbage, refusal } from './refusal.ts';

export interface RequestOptions {
  signal?: AbortSignal | undefined;
  /** Give up if no response has begun after this many milliseconds. */
  timeoutMs?: number;
  limits?: Partial<BodyLimits>;
  fetcher?: typeof fetch;
}

/** A server that loads a large model before its first answer may take this long. */
const ANSWER_TIMEOUT_MS = 120_000;

/**
 * Sends a request; resolves with a 2xx response. The key and the conversation go only to the named server: redirects
 * are refused.
 * @throws {LabError} `endpoint` with `status` if the server responded, `bad-config`, `cancelled`.
 */
export async function request(
  endpoint: Endpoint,
  path: string,
  body: unknown,
  { signal, timeoutMs = ANSWER_TIMEOUT_MS, limits, fetcher = fetch }: RequestOptions = {},
): Promise<Response> {
  const url = `${endpoint.baseUrl}${path}`;
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  const key = checkedKey(endpoint);
  const headers: Record<string, string> = { accept: 'application/json, text/event-stream' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (key) headers['authorization'] = `Bearer ${key}`;
  try {
    const response = await fetcher(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal,
      // Sends no cookies.
      credentials: 'omit',
      // Not followed; 'error' would do the same without saying why.
      redirect: 'manual',
    });
    if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400))
      throw redirected(response, endpoint);
    if (response.ok) return response;
    throw await refusal(response, endpoint, { ...BODY_LIMITS, idleMs: 10_000, progressMs: 10_000, ...limits });
  } catch (error) {
    if (error instanceof LabError) throw error;
    if (signal?.aborted) throw LabError.cancelled();
    if (timeout.signal.aborted) {
      throw endpointError(endpoint, {
        what: `No answer came within ${timeoutMs / 1000} seconds.`,
        todo: 'Check that the server is running and its model is loaded, then try again.',
        retryable: true,
      });
    }
    throw unreachable(endpoint, error);
  } finally {
    clearTimeout(timer);
  }
}

function redirected(response: Response, endpoint: Endpoint): LabError {
  void response.body?.cancel().catch(() => {});
  const to = response.headers.get('location');
  const target = to && URL.canParse(to, endpoint.baseUrl) ? new URL(to, endpoint.baseUrl).origin : undefined;
  const status = response.status || undefined;
  return endpointError(endpoint, {
    what:
      `The server redirects${target ? ` to ${target}` : ''}${status ? ` (${status})` : ''}. Messages are sent to ` +
      'the server that you named and to no other.',
    todo: 'Give the address that it redirects to, if you trust it, often https in place of http.',
    ...(status ? { status } : {}),
  });
}

/** Browsers hide the reason from a page: a server that is down and one without CORS look the same. */
function unreachable(endpoint: Endpoint, cause: unknown): LabError {
  const { origin, protocol, hostname } = new URL(endpoint.baseUrl);
  const page = typeof location === 'undefined' ? undefined : location;
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  const mixed = page?.protocol === 'https:' && protocol === 'http:' && !local;
  const todo = mixed
    ? 'A page served over https may only reach https servers; serve the endpoint over https, or open the lab from ' +
      'your own machine.'
    : page && page.origin !== origin
      ? `Check that it is running, and that it allows this page (CORS) with the origin ${page.origin}: ` +
        "--cors-origins or --allowed-origins on vLLM, OLLAMA_ORIGINS on Ollama; llama.cpp's server allows it as it " +
        'is.'
      : 'Check the address and that the server is running.';
  return endpointError(endpoint, { what: 'The server cannot be reached.', todo, retryable: true }, cause);
}

/**
 * Reads the JSON of a response.
 * @throws {LabError} `endpoint` naming what was sent instead.
 */
export async function readAnswer(
  response: Response,
  endpoint: Endpoint,
  limits: Partial<BodyLimits> = {},
): Promise<unknown> {
  return parseAnswer(await bodyText(response, endpoint, { ...BODY_LIMITS, ...limits }), endpoint);
}

/** Parses a response or an event; throws an error that it reports. */
export function parseAnswer(text: string, endpoint: Endpoint): unknown {
  const json = tryParseJson(text);
  if (json === undefined) throw garbage(text, endpoint);
  const failed = failure(json, endpoint);
  if (failed) throw failed;
  return json;
}
