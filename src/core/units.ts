/**
 * How numbers with units are written: one place, so that page and command line agree. `language` is a BCP 47 tag, which
 * decides the decimal sign and the grouping.
 */

const formats = new Map<string, Intl.NumberFormat>();

/** A number with exactly this many decimals. */
export function formatNumber(value: number, digits = 0, language = 'en'): string {
  const key = `${language} ${digits}`;
  const known = formats.get(key);
  const format =
    known ?? new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  if (!known) formats.set(key, format);
  return format.format(value);
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes in decimal units, as file managers show sizes: 950 kB, 4.1 MB, 112 MB; `unknown` for what is no size. */
export function formatBytes(bytes: number, language = 'en', unknown = 'unknown size'): string {
  if (!Number.isFinite(bytes) || bytes < 0) return unknown;
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${formatNumber(value, value < 10 && unit > 0 ? 1 : 0, language)} ${UNITS[unit]}`;
}

/** Bytes for reports that are compared with others: always megabytes with a decimal, '125.9 MB'. */
export const formatMegabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Milliseconds without false precision: 87 ms, 1.4 s, 12 s, 2 min 5 s, 3 h 20 min. */
export function formatDuration(ms: number, language = 'en'): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 9950) return `${formatNumber(ms / 1000, 1, language)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
