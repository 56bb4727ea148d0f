import type { LabError } from '../../core/error.ts';
import { tryParseJson } from '../../core/json.ts';
import { bodyText, type BodyLimits } from './body.ts';
import { endpointError, type Endpoint } from './endpoint.ts';
import { redact } from './redact.ts';

interface Refusal {
  what: string;
  todo: string;
}

/** What each status means for the person. */
const REFUSALS: Record<number, Refusal> = {
  400: {
    what: 'The server refuses the request (400)',
    todo: 'Its message says what it wants; a shorter context or other decoding settings may help.',
  },
  401: {
    what: 'The server requires a key, or refuses this one (401)',
    todo: 'Enter the key again: in the endpoint settings of the page or, at the command line, in SOLACE_API_KEY.',
  },
  402: { what: 'The server requires payment (402)', todo: 'Check your account there.' },
  403: { what: 'The key is not allowed to use this model (403)', todo: 'Choose another model or key.' },
  404: {
    what: 'The server does not know this address or model (404)',
    todo: 'Check that the base address ends as the server expects, usually in /v1, and that the model is in its list.',
  },
  413: { what: 'The request is too long for the server (413)', todo: 'Leave older messages out of the context.' },
  429: { what: 'The server takes no more requests now (429)', todo: 'Wait and try again.' },
};

/** Statuses after which the same request may succeed later. */
const isPassing = (status: number): boolean => [408, 425, 429].includes(status) || (status >= 500 && status !== 501);

/** The error for an unsuccessful response, with the server's own explanation. */
export async function refusal(response: Response, endpoint: Endpoint, limits: BodyLimits): Promise<LabError> {
  const { status } = response;
  const known = REFUSALS[status] ?? {
    what: status >= 500 ? `The server failed (${status})` : `The server answered ${status}`,
    todo: status >= 500 ? "Try again; if it happens again, check the server's log." : 'Check the base address.',
  };
  // A long explanation is truncated below; no more of it is read.
  const said = serverMessage(await bodyText(response, endpoint, limits, 2 ** 16).catch(() => ''), endpoint);
  const wait = isPassing(status) ? retryAfter(response.headers.get('retry-after')) : undefined;
  return endpointError(endpoint, {
    what: `${known.what}${said ? `: ${said}` : '.'}`,
    todo: wait === undefined ? known.todo : `Try again in ${inWords(wait)}.`,
    status,
    ...(wait === undefined ? {} : { retryAfter: wait }),
    ...(isPassing(status) ? { retryable: true } : {}),
  });
}

/** The error that a server reports inside a successful response; undefined if there is none. */
export function failure(json: unknown, endpoint: Endpoint): LabError | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  const { error, choices, object, message, detail } = json as Record<string, unknown>;
  const failed = error !== undefined && error !== null && error !== false;
  const bare =
    choices === undefined && (object === 'error' || typeof message === 'string' || typeof detail === 'string');
  if (!failed && !bare) return undefined;
  const said = tidy(messageIn(json) ?? (typeof error === 'string' ? error : ''), endpoint);
  return endpointError(endpoint, {
    what: `The server stopped with an error${said ? `: ${said}` : '.'}`,
    todo: 'Try again, or shorten the context.',
    ...(isPassing(statusIn(json)) ? { retryable: true } : {}),
  });
}

/** The status that an error inside a response names as its code, as routers and vLLM do after a 200. */
function statusIn(json: object): number {
  const { error } = json as { error?: unknown };
  const { code, status } = (typeof error === 'object' && error !== null ? error : json) as {
    code?: unknown;
    status?: unknown;
  };
  return (
    [code, status]
      .map((each) => (typeof each === 'number' || typeof each === 'string' ? Number(each) : NaN))
      .find((each) => each >= 400) ?? NaN
  );
}

const MESSAGE_LENGTH = 300;

function messageIn(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const { error, message, detail } = json as { error?: unknown; message?: unknown; detail?: unknown };
  const nested = typeof error === 'object' && error !== null && 'message' in error ? error.message : error;
  return [nested, message, detail].find((each) => typeof each === 'string');
}

/** The server's own explanation, in its various formats, without markup. */
function serverMessage(body: string, endpoint: Endpoint): string {
  const json = tryParseJson(body);
  if (json !== undefined) return tidy(messageIn(json) ?? '', endpoint);
  return isMarkup(body) ? 'It sent a web page instead of an answer.' : tidy(body, endpoint);
}

/** One line of bounded length. The key is removed before truncation, which could leave a part of it. */
function tidy(text: string, { apiKey }: Endpoint): string {
  // Removes invisible characters and those that change the direction of the surrounding text.
  const line = redact(text, apiKey?.trim())
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return line.length > MESSAGE_LENGTH ? `${line.slice(0, MESSAGE_LENGTH)}…` : line;
}

const isMarkup = (text: string): boolean => /^[\s\ufeff]*</.test(text);

/** One day: a longer wait is a mistake, such as a date in milliseconds. */
const LONGEST_WAIT_MS = 86_400_000;

/** Milliseconds from a Retry-After header in either of its forms (RFC 9110, section 10.2.3). */
function retryAfter(header: string | null): number | undefined {
  if (!header) return undefined;
  const ms = /^\s*\d+(\.\d+)?\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return ms > 0 && ms <= LONGEST_WAIT_MS ? Math.ceil(ms) : undefined;
}

function inWords(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 90) return `${seconds} second${seconds === 1 ? '' : 's'}`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 90 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`;
}

/** The error for a response that violates the API, by what it looks like. */
export function garbage(text: string, endpoint: Endpoint): LabError {
  const what =
    text.trim() === ''
      ? 'The server sent an empty answer.'
      : isMarkup(text)
        ? 'The server sent a web page instead of JSON.'
        : /[:,[]\s*(NaN|-?Infinity)\b/.test(text)
          ? 'The server sent NaN or Infinity as a number, which JSON does not have.'
          : 'The server sent something that is not the JSON of the OpenAI interface.';
  return endpointError(endpoint, {
    what,
    todo: 'Check that the base address is that of an OpenAI-compatible server, usually ending in /v1.',
  });
}
