import { createHash } from 'node:crypto';
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { frameDocument, policyOf } from './notebook-frame.ts';

/** A Navigator without anything to remove. */
const NAVIGATOR = { prototype: {} };
const html = frameDocument({ code: 'const a = "</script><!-- \\r";\r\nstart(a);', css: 'p{color:red}' });
const scripts = (text: string): string[] =>
  [...text.matchAll(/<script>(.*?)<\/script>/gs)].map((match) => match[1] ?? '');
const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

describe('the document of a notebook’s sandbox', () => {
  it('allows its two scripts by their hashes and no other inline code', () => {
    const [outer = '', ...more] = scripts(html);
    expect(more).toEqual([]);
    const inner = new Function(
      'document',
      'addEventListener',
      'parent',
      'location',
      'window',
      'Navigator',
      `${outer}; return frame.srcdoc`,
    ) as (...given: unknown[]) => string;
    const element = { setAttribute() {}, addEventListener() {} };
    const srcdoc = inner(
      { createElement: () => element, body: { append() {} } },
      () => {},
      { postMessage() {} },
      {},
      {},
      NAVIGATOR,
    );
    const [innerScript = '', ...others] = scripts(srcdoc);
    expect(others).toEqual([]);
    const sources = /script-src ([^;]*)/.exec(policyOf(html))?.[1]?.split(' ');
    expect(sources).toEqual([hash(outer), hash(innerScript), "'unsafe-eval'"]);
    expect(parseHTML(srcdoc).document.querySelectorAll('script')).toHaveLength(1);
  });

  it('removes WebRTC before anything else runs, in both scripts', () => {
    const [script = ''] = scripts(html);
    const names = ['RTCPeerConnection', 'webkitRTCPeerConnection', 'RTCDataChannel', 'speechSynthesis', 'WebAssembly'];
    const realm: Record<string, unknown> = { ...Object.fromEntries(names.map((name) => [name, 1])), Map };
    const first = script.slice(0, script.indexOf('const frame'));
    new Function('window', 'Navigator', first)(realm, NAVIGATOR);
    for (const name of names) expect(realm[name]).toBeUndefined();
    expect(realm['Map']).toBe(Map);
    // The other script is contained in this one, as text.
    expect(script.split('WebRTC could not be removed')).toHaveLength(3);
    const fixed = Object.freeze({ RTCPeerConnection: 1 });
    expect(() => new Function('window', 'Navigator', first)(fixed, NAVIGATOR)).toThrow('WebRTC');
  });
});
