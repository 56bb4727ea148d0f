import { REPRESENTATIONS } from '../../core/compression/representation.ts';
import type { Column } from '../../core/conversation/comparison.ts';
import { compareTexts } from '../texts/compare.ts';

/** Differences in speed below this share count as equal: repeated runs differ by as much. */
const NOISE = 0.1;

/** A sentence that interprets a comparison; null until Raw and another compression have finished. */
export function readingOf(columns: readonly Column[]): string | null {
  const raw = columns.find((column) => column.representation === 'raw');
  const others = columns.filter((column) => column.representation !== 'raw' && column.end !== 'cancelled');
  if (!raw || raw.end === 'cancelled' || others.length === 0) return null;
  const parts = others.map((other) => {
    const { name } = REPRESENTATIONS[other.representation];
    // An engine keeps what it has read, so the same context is answered at once the second time: no time is compared.
    if (sameMessages(raw, other)) return compareTexts.sameContext(name);
    return [name, tokensAgainst(raw, other), timeAgainst(raw, other)].join(' ').trimEnd();
  });
  return compareTexts.anExample(parts.join('; '));
}

const sameMessages = (a: Column, b: Column): boolean =>
  a.messages.length === b.messages.length && a.messages.every(({ content }, i) => content === b.messages[i]?.content);

function tokensAgainst(raw: Column, other: Column): string {
  const a = raw.stats.promptTokens;
  const b = other.stats.promptTokens;
  if (a === null || b === null || a === 0) return compareTexts.shorter;
  if (b === a) return compareTexts.asMany;
  const share = Math.round((Math.abs(a - b) / a) * 100);
  return b < a ? compareTexts.fewer(share) : compareTexts.more(share);
}

function timeAgainst(raw: Column, other: Column): string {
  const a = raw.stats.firstTokenMs;
  const b = other.stats.firstTokenMs;
  if (a <= 0 || b <= 0) return '';
  if (Math.abs(a - b) / a < NOISE) return compareTexts.sameTime;
  const share = Math.round((Math.abs(a - b) / a) * 100);
  return b < a ? compareTexts.sooner(share) : compareTexts.later(share);
}
