import { LabError, type LabErrorDetail } from '../../core/error.ts';
import { redact } from './redact.ts';

/** An OpenAI-compatible server. `baseUrl` ends before `/chat/completions`, usually in `/v1`. */
export interface Endpoint {
  baseUrl: string;
  /** Sent as a bearer token; never stored or logged here. */
  apiKey?: string | undefined;
}

/**
 * The base address with no trailing slash.
 * @throws {LabError} `bad-config` when it is not an http(s) address.
 */
export function normaliseBaseUrl(text: string): string {
  let url: URL | undefined;
  try {
    url = new URL(text.trim());
  } catch {
    // Reported below.
  }
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new LabError({
      code: 'bad-config',
      where: text,
      what: 'This is not an http or https address.',
      todo: 'Give the base address of the server, such as http://localhost:8000/v1.',
    });
  }
  if (url.username || url.password) {
    throw new LabError({
      code: 'bad-config',
      where: url.host,
      what: 'The address contains a user name or password.',
      todo: 'Put the key into the key field instead.',
    });
  }
  url.hash = '';
  url.search = '';
  return url.href.replace(/\/+$/, '').replace(/\/(chat\/completions|completions|models)$/, '');
}

/**
 * The key to send, without white space from copying.
 * @throws {LabError} `bad-config` when it contains a character that is not allowed in HTTP headers.
 */
export function checkedKey({ baseUrl, apiKey }: Endpoint): string | undefined {
  const key = apiKey?.trim();
  const at = key?.search(/[^\x20-\x7e\xa0-\xff]/) ?? -1;
  if (at < 0) return key || undefined;
  throw new LabError({
    code: 'bad-config',
    where: new URL(baseUrl).host,
    what:
      `The key contains a character that cannot be sent (the ${ordinal(at + 1)}): keys are made of Latin letters, ` +
      'digits and signs.',
    todo: 'Copy the key again, without quotation marks or other text around it.',
  });
}

const ordinal = (n: number): string =>
  `${n}${n % 100 > 10 && n % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')}`;

/** An error of a server, with its host as `where` and never with the key. */
export function endpointError(
  { baseUrl, apiKey }: Endpoint,
  detail: Omit<LabErrorDetail, 'code' | 'where'> & { code?: LabErrorDetail['code'] },
  cause?: unknown,
): LabError {
  return new LabError(
    { code: 'endpoint', where: new URL(baseUrl).host, ...detail, what: redact(detail.what, apiKey?.trim()) },
    cause === undefined ? undefined : { cause },
  );
}
