/** Formats numbers for the interface, so that they look the same everywhere. */

const integer = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** 1 token, 2 tokens, 1,024 tokens. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${integer.format(n)} ${n === 1 ? one : many}`;
}

/** Decimal megabytes as download sizes are given: 950 KB, 112 MB, 4.1 GB. */
export function bytes(n: number): string {
  if (!Number.isFinite(n) || n < 0) return 'unknown size';
  if (n < 1e6) return `${integer.format(Math.max(n > 0 ? 1 : 0, Math.round(n / 1e3)))} KB`;
  if (n < 1e9) return `${integer.format(Math.round(n / 1e6))} MB`;
  return `${(n / 1e9).toFixed(1)} GB`;
}

/** 87 ms, 1.4 s, 12 s, 2 min 5 s. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
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
