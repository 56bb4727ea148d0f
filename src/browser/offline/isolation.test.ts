import { describe, expect, it } from 'vitest';
import { isolated } from './isolation.ts';

describe('isolated', () => {
  it('adds the headers and keeps status, body and type', async () => {
    const response = isolated(new Response('text', { status: 404, headers: { 'Content-Type': 'text/css' } }));
    expect(response.status).toBe(404);
    expect(response.headers.get('Content-Type')).toBe('text/css');
    expect(response.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
    expect(response.headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
    expect(response.headers.get('Cross-Origin-Resource-Policy')).toBe('same-origin');
    expect(await response.text()).toBe('text');
  });

  it('drops what described the compressed bytes', () => {
    const response = isolated(new Response('x', { headers: { 'Content-Encoding': 'gzip', 'Content-Length': '21' } }));
    expect(response.headers.has('Content-Encoding')).toBe(false);
    expect(response.headers.has('Content-Length')).toBe(false);
  });

  it('keeps the length of uncompressed bytes, which progress bars need', () => {
    const response = isolated(new Response('x', { headers: { 'Content-Length': '1' } }));
    expect(response.headers.get('Content-Length')).toBe('1');
  });

  it('accepts responses that must have no body', () => {
    expect(isolated(new Response(null, { status: 204 })).status).toBe(204);
  });

  it('returns an opaque or failed response as it is', () => {
    const failed = Response.error();
    expect(isolated(failed)).toBe(failed);
  });
});
