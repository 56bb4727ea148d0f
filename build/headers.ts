import { ISOLATION_HEADERS } from '../src/browser/offline/isolation.ts';

/**
 * The Content-Security-Policy of the built lab, one directive per row.
 *
 * Three rows allow more than a page without models would need:
 * - `connect-src` allows any host, because a person may point the lab at any OpenAI-compatible endpoint (often plain
 *   `http:` on their own machine) or at any address of a model. Nothing is sent before that; the journeys check this.
 * - `frame-src` is for the document that contains a notebook's sandbox; notebook-frame.ts says what notebooks may do.
 * - `worker-src blob:` is for wllama, which starts its workers from blobs. Such workers inherit this policy.
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
 * The policy of the document that contains a notebook's sandbox, without its scripts. Cells are compiled from text, so
 * they need what the page forbids; in return nothing can be fetched, loaded, sent or opened from there.
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

/** The policy in the built `index.html`, for hosts that cannot set headers. */
export const META_POLICY = join(CONTENT_SECURITY);

/**
 * The policy in the document of a notebook's frame. Only inline scripts with these hashes (`sha256-…`) run, because a
 * frame within the frame would get a fresh global object, with everything that the lab's scripts remove.
 */
export function framePolicy(hashes: readonly string[]): string {
  return join({ ...FRAME_SECURITY, 'script-src': [...hashes.map((hash) => `'${hash}'`), "'unsafe-eval'"].join(' ') });
}

/**
 * The policy that the sandbox adds once its own script runs. A hash also admits a script from any host that claims it
 * as its `integrity`: the request would be sent, and its address can carry data. From here on only code from text runs.
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
