import { describe, expect, it } from 'vitest';
import { framePolicy, framePolicyHeader, HOST_HEADERS, META_POLICY } from './headers.ts';

function directives(policy: string): Map<string, string[]> {
  return new Map(
    policy.split('; ').map((directive) => {
      const [name = '', ...values] = directive.split(' ');
      return [name, values];
    }),
  );
}

describe('Content-Security-Policy', () => {
  const meta = directives(META_POLICY);

  it('allows no script or style from a string or another origin', () => {
    expect(meta.get('default-src')).toEqual(["'none'"]);
    expect(meta.get('script-src')).toEqual(["'self'", "'wasm-unsafe-eval'"]);
    expect(meta.get('style-src')).toEqual(["'self'"]);
    for (const name of ['base-uri', 'object-src', 'form-action']) expect(meta.get(name)).toEqual(["'none'"]);
  });

  it('is the same in the header, which also forbids framing', () => {
    const header = directives(HOST_HEADERS['Content-Security-Policy'] ?? '');
    expect(header.get('frame-ancestors')).toEqual(["'none'"]);
    header.delete('frame-ancestors');
    expect(header).toEqual(meta);
  });

  it('lets the frame of a notebook reach nothing and be framed only by the lab', () => {
    const frame = directives(framePolicy(['sha256-AbC=']));
    expect(frame.get('default-src')).toEqual(["'none'"]);
    expect(frame.get('script-src')).toEqual(["'sha256-AbC='", "'unsafe-eval'"]);
    for (const name of ['connect-src', 'frame-src', 'worker-src', 'object-src']) expect(frame.has(name)).toBe(false);
    expect([...frame.values()].flat().filter((source) => /^https?:|^\*|'self'/.test(source))).toEqual([]);
    expect(directives(framePolicyHeader(framePolicy([]))).get('frame-ancestors')).toEqual(["'self'"]);
  });
});
