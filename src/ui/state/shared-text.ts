import type { Drafts } from './drafts.ts';

/** Query parameters with which other programs share, as `share_target` in public/manifest.webmanifest names them. */
export const SHARED_PARTS = ['title', 'text', 'url'] as const;

/** Longer than anybody shares to talk about it, in UTF-16 units. */
const LONGEST = 20_000;

/** What another program shared by opening this address; null if it shared nothing. */
export function sharedText(search: string): string | null {
  const query = new URLSearchParams(search);
  const parts = SHARED_PARTS.map((name) => query.get(name)?.trim() ?? '').filter((part) => part !== '');
  // Many programs repeat the title or the address in the text.
  const told = parts.filter((part, i) => !parts.some((other, k) => k !== i && repeats(other, part, k < i)));
  return told.length > 0 ? told.join('\n').slice(0, LONGEST) : null;
}

/** Whether `other` makes `part` needless; of two equal parts the first stays. */
const repeats = (other: string, part: string, isBefore: boolean): boolean =>
  other === part ? isBefore : other.includes(part);

/**
 * Puts what was shared into the message field of a new conversation, after what stands there already; it is never sent
 * by itself.
 */
export function receiveShared(search: string, drafts: Drafts, done: () => void): void {
  const text = sharedText(search);
  if (text === null) return;
  const draft = drafts.read(null);
  drafts.write(null, draft.trim() ? `${draft}\n\n${text}` : text);
  done();
}
