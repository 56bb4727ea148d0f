/**
 * The headers that give a page SharedArrayBuffer, and with it Wasm threads. Many static hosts cannot set them, so the
 * service worker adds them to all its responses.
 */
export const ISOLATION_HEADERS: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Statuses whose responses must have no body. */
const BODYLESS = new Set([101, 204, 205, 304]);

/** The same response with the isolation headers. Opaque responses are returned unchanged. */
export function isolated(response: Response): Response {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION_HEADERS)) headers.set(name, value);
  // The body is already decoded here; these headers describe only the bytes on the wire.
  if (headers.has('Content-Encoding')) {
    headers.delete('Content-Encoding');
    headers.delete('Content-Length');
  }
  const body = BODYLESS.has(response.status) ? null : response.body;
  return new Response(body, { status: response.status, statusText: response.statusText, headers });
}
