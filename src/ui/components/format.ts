/** Formats numbers in the language of the interface, so that they look the same everywhere. */

import { formatBytes, formatDuration, formatNumber } from '../../core/units.ts';
import { language } from '../texts/in-use.svelte.ts';
import { shellTexts } from '../texts/shell.ts';

export const bytes = (n: number): string => formatBytes(n, language(), shellTexts.unknownSize);
export const duration = (ms: number): string => formatDuration(ms, language());

export const integer = (n: number): string => formatNumber(n, 0, language());

/** A large number in words: "1.5 billion". */
export const inWords = (n: number): string =>
  new Intl.NumberFormat(language(), { notation: 'compact', compactDisplay: 'long', maximumFractionDigits: 1 }).format(
    n,
  );

/** A number with this many decimals; a dash for NaN and infinities. */
export const decimal = (n: number, digits = 1): string =>
  Number.isFinite(n) ? formatNumber(n, digits, language()) : '–';

/** The value of a setting, with as many decimals as it has: 0.7, 50. */
export const setting = (value: number): string => value.toLocaleString(language());

/** Tokens per second of a reply; null where one token or none was decoded. */
export function tokensPerSecond(stats: { newTokens: number; decodeMs: number }): number | null {
  if (stats.newTokens < 2 || stats.decodeMs <= 0) return null;
  return ((stats.newTokens - 1) / stats.decodeMs) * 1000;
}

/** 31 or 4.2: two significant figures, as a rate that varies from reply to reply deserves. */
export const rate = (perSecond: number): string => formatNumber(perSecond, perSecond < 10 ? 1 : 0, language());

export function percent(share: number, digits = 0): string {
  return `${formatNumber(share * 100, digits, language())}\u00a0%`;
}

/** "just now", "5 min ago", "3 h ago", then the date. */
export function ago(then: number, now: number): string {
  const minutes = Math.floor((now - then) / 60_000);
  if (minutes < 1) return shellTexts.justNow;
  if (minutes < 60) return shellTexts.minutesAgo(minutes);
  if (minutes < 24 * 60) return shellTexts.hoursAgo(Math.floor(minutes / 60));
  return new Date(then).toLocaleDateString(language(), { day: 'numeric', month: 'short', year: 'numeric' });
}
