/** Formats numbers for the interface, so that they look the same everywhere. */

export { formatBytes as bytes, formatDuration as duration } from '../../core/units.ts';

const integer = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** 1 token, 2 tokens, 1,024 tokens. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${integer.format(n)} ${n === 1 ? one : many}`;
}

/** Tokens per second of a reply; null where one token or none was decoded. */
export function tokensPerSecond(stats: { newTokens: number; decodeMs: number }): number | null {
  if (stats.newTokens < 2 || stats.decodeMs <= 0) return null;
  return ((stats.newTokens - 1) / stats.decodeMs) * 1000;
}

/** 31 or 4.2: two significant figures, as a rate that varies from reply to reply deserves. */
export function rate(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : integer.format(perSecond);
}

export function percent(share: number, digits = 0): string {
  return `${(share * 100).toFixed(digits)} %`;
}

/** "just now", "5 min ago", "3 h ago", then the date. */
export function ago(then: number, now: number): string {
  const minutes = Math.floor((now - then) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return new Date(then).toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric' });
}
