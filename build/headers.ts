import { ISOLATION_HEADERS } from '../src/browser/offline/isolation.ts';

/**
 * The Content-Security-Policy of the built lab, one directive a row.
 *
 * Three rows are wider than a page without models would need:
 * - `connect-src` allows any host, because a person may point the lab at any OpenAI-compatible endpoint (often plain
 *   `http:` on their own machine) or at any address of a model. Nothing is sent before they do; the journeys check
 * that.
 * - `frame-src` is for the document that holds a notebook's sandbox (notebook-frame.ts); what notebooks may do is
 * there.
 * - `worker-src blob:` is there for wllama, which starts its workers from blobs. Such workers inherit this policy.
 */
const CONTENT_SECURITY: Record<string, string> = {
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self' blob:",
  'style-src': "'self'",
  'font-src': "'self'",
  'img-src': "'self' data: blob:",
  'connect-src': "'self' https: http: blob: data:",
  'frame-src': "'self'",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'object-src': "'none'",
  'form-action': "'none'",
};

/**
 * The policy of the document that holds a notebook's sandbox, without its scripts. The code of cells is made from text,
 * so it needs what the page forbids; in return nothing can be fetched, loaded, sent or opened from there.
 */
const FRAME_SECURITY: Record<string, string> = {
  'default-src': "'none'",
  'style-src': "'unsafe-inline'",
  'img-src': 'data: blob:',
  'font-src': 'data:',
  'base-uri': "'none'",
  'form-action': "'none'",
};

/** Directives that browsers ignore in a `<meta>` and honour only in a header. */
const HEADER_ONLY: Record<string, string> = { 'frame-ancestors': "'none'" };

function join(directives: Record<string, string>): string {
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');
}

/** The policy as the built `index.html` carries it, for hosts that cannot set headers. */
export const META_POLICY = join(CONTENT_SECURITY);

/**
 * The policy of a notebook's frame as its document carries it. No inline script runs but those with these hashes
 * (`sha256-…`): a frame within the frame gets a fresh global object, with all that the lab's scripts take away.
 */
export function framePolicy(hashes: readonly string[]): string {
  return join({ ...FRAME_SECURITY, 'script-src': [...hashes.map((hash) => `'${hash}'`), "'unsafe-eval'"].join(' ') });
}

/**
 * What the sandbox adds to that once its own script runs. A hash also admits a script of any host that claims it as its
 * `integrity`: the request would be sent, and its address can carry data. From here on only code from text is left.
 */
export const LOCKED_POLICY = "script-src 'unsafe-eval'; worker-src 'none'";

/**
 * The frame's policy as a header: a host that sends the page's policy with every file must send this with the frame.
 */
export const framePolicyHeader = (policy: string): string => `${policy}; frame-ancestors 'self'`;

/** What a host of the built lab should send; `vite preview` does. */
export const HOST_HEADERS = {
  ...ISOLATION_HEADERS,
  'Content-Security-Policy': join({ ...CONTENT_SECURITY, ...HEADER_ONLY }),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};
