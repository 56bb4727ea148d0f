import { describe, expect, it } from 'vitest';
import { redact } from './redact.ts';

const KEY = `sk-a/b+c"d\\e&f<g 0123456789`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('redact', () => {
  it.each([
    ['unchanged', KEY],
    ['in JSON', JSON.stringify(KEY).slice(1, -1)],
    ['in JSON in JSON', JSON.stringify(JSON.stringify(KEY)).slice(3, -3)],
    ['in an address', encodeURIComponent(KEY)],
    ['in an address, in lower case', encodeURIComponent(KEY).replace(/%../g, (code) => code.toLowerCase())],
    ['in a form', encodeURIComponent(KEY).replaceAll('%20', '+')],
    ['in HTML', KEY.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')],
    ['in base64', base64(KEY)],
    ['in base64 for addresses', Buffer.from(KEY).toString('base64url')],
    ['in hexadecimal', Buffer.from(KEY).toString('hex')],
    ['without its ends', KEY.slice(3, -3)],
    ['cut to 8 characters', KEY.slice(5, 13)],
  ])('hides a key %s', (_, written) => {
    const text = redact(`Bad key ${written}.`, KEY);
    for (let at = 0; at + 8 <= written.length; at++) expect(text).not.toContain(written.slice(at, at + 8));
    expect(text).toMatch(/^Bad key .{0,6}\(key\).{0,8}\.$/);
  });

  it.each(['user', 'a', 'Bearer', ''])('hides a key in base64 behind "%s"', (before) => {
    const written = base64(`${before}:${KEY}`);
    const text = redact(written, KEY);
    expect(text).toContain('(key)');
    expect(text.length).toBeLessThan(before.length * 2 + 16);
  });

  it('hides a short key as a whole word, and leaves other words alone', () => {
    expect(redact('The key EMPTY is wrong', 'EMPTY')).toBe('The key (key) is wrong');
    expect(redact('x is not in max', 'x')).toBe('(key) is not in max');
    expect(redact('Port 3132 is taken', '1234')).toBe('Port 3132 is taken');
    expect(redact('Nothing secret', undefined)).toBe('Nothing secret');
    expect(redact('abcdefgh', 'abcdefgh-and-more')).toBe('(key)');
    expect(redact('abcdefg', 'abcdefgh-and-more')).toBe('abcdefg');
  });
});
