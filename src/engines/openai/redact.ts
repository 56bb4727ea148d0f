/** Longest run of a secret's characters that may remain in a text. */
const MOST = 7;
const MARK = '(key)';

/**
 * `text` without `secret`: whole, in part (8 characters and more), escaped for JSON, HTML or addresses, in base64 or in
 * hexadecimal.
 */
export function redact(text: string, secret: string | undefined): string {
  if (!secret) return text;
  // A short secret can occur in any word; it is only removed as a whole word.
  if (secret.length < 4) return text.replace(new RegExp(`(?<![\\w-])${escapeRegExp(secret)}(?![\\w-])`, 'gu'), MARK);
  const known = new Map<number, Set<string>>();
  for (const form of formsOf(secret)) {
    const length = Math.min(form.length, MOST + 1);
    const parts = known.get(length) ?? new Set<string>();
    known.set(length, parts);
    for (let at = 0; at + length <= form.length; at++) parts.add(form.slice(at, at + length));
  }
  let result = '';
  let kept = 0;
  let hidden = false;
  for (let at = 0; at < text.length; at++) {
    for (const [length, parts] of known) {
      if (!parts.has(text.slice(at, at + length))) continue;
      if (!hidden || at > kept) result += `${text.slice(kept, at)}${MARK}`;
      hidden = true;
      kept = Math.max(kept, at + length);
    }
  }
  return result + text.slice(kept);
}

/** The encodings in which a server may repeat a secret. */
function formsOf(secret: string): Set<string> {
  const json = JSON.stringify(secret).slice(1, -1);
  const url = encodeURIComponent(secret);
  const strict = url.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const forms = new Set([
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    asciiJson(secret),
    url,
    strict,
    url.replaceAll('%20', '+'),
  ]);
  for (const each of [url, strict]) forms.add(each.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
  forms.add(html(secret)).add(html(json));
  for (const bytes of [new TextEncoder().encode(secret), latin1(secret)]) {
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    forms.add(hex).add(hex.toUpperCase());
    // In base64 a text looks different after one or two other characters, as in "user:secret".
    for (const before of [0, 1, 2]) {
      const inner = base64(bytes, before);
      forms.add(inner).add(inner.replaceAll('+', '-').replaceAll('/', '_'));
    }
  }
  return forms;
}

/** Base64 of `bytes` after `before` unknown ones, without the characters that depend on the surroundings. */
function base64(bytes: Uint8Array, before: number): string {
  const padded = new Uint8Array(before + bytes.length);
  padded.set(bytes, before);
  const whole = btoa(String.fromCharCode(...padded));
  const first = Math.ceil((before * 8) / 6);
  return whole.slice(first, Math.floor((padded.length * 8) / 6));
}

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0) & 255);
const asciiJson = (text: string): string =>
  JSON.stringify(text)
    .slice(1, -1)
    .replace(/[^ -~]|[&<>']/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const html = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
const escapeRegExp = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
