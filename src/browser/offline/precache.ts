/**
 * What the service worker stores, and when it fetches it:
 * - `install`: the page and all it needs to start; a new version is used only once these are complete;
 * - `idle`: the rest of the code, fetched in the background;
 * - `use`: engines of many megabytes, stored once they are used or a model was loaded.
 */
export const TIERS = ['install', 'idle', 'use'] as const;
export type Tier = (typeof TIERS)[number];

/** A file of the built lab. */
export interface PrecacheEntry {
  /** Path relative to the lab's base URL; '' is the page itself. */
  path: string;
  /** SHA-256 in the form of the `integrity` attribute. */
  integrity: string;
  bytes: number;
  tier: Tier;
}

export interface PrecacheManifest {
  /** A hash over all files. */
  version: string;
  entries: PrecacheEntry[];
}

const PREFIX = 'solace-lab-';

/** The cache that the model store falls back to (`src/browser/model-store/blob-store.ts`) has a name like ours. */
const MODELS = 'solace-lab-models';

export function cacheName(version: string): string {
  return PREFIX + version;
}

/** Whether a cache contains a version of the lab's code. */
export const isCodeCache = (name: string): boolean => name.startsWith(PREFIX) && name !== MODELS;

/**
 * The key of a file in a cache. It contains the content's hash, so that an unchanged file is carried over to the next
 * version, and a changed one is never mistaken for the old one.
 */
export function cacheKey(base: string, entry: PrecacheEntry): string {
  return `${base}${entry.path}?integrity=${encodeURIComponent(entry.integrity)}`;
}

/**
 * The caches to remove when `current` takes over. While a window of the previous version is open, its cache stays, so
 * that the chunks that the window has not loaded yet are still found. `names` are in order of creation.
 */
export function staleCaches(names: readonly string[], current: string, windowsOpen: boolean): string[] {
  const others = names.filter((name) => isCodeCache(name) && name !== cacheName(current));
  return windowsOpen ? others.slice(0, -1) : others;
}

/** The fields of a request that decide how it is answered. */
export interface RequestShape {
  method: string;
  url: string;
  /** `Request.mode`; 'navigate' for a page. */
  mode: string;
  headers: Pick<Headers, 'has'>;
}

export type Route =
  /** Not handled by the service worker; the browser handles it. */
  | { kind: 'pass' }
  /** One of the lab's files: from the cache, else from the network and then stored. */
  | { kind: 'file'; entry: PrecacheEntry }
  /** A file below the base unknown to this version: from an older version's cache, else the network. */
  | { kind: 'other'; url: string };

/**
 * Model files are the model store's: it checks, lists and removes them, so a second copy here would only cost space.
 */
const NOT_OURS = ['models/'];

/** How to answer a request. `base` is the lab's URL with a trailing slash. */
export function route(request: RequestShape, base: string, manifest: PrecacheManifest): Route {
  const url = request.url.split(/[?#]/, 1)[0] ?? '';
  if (request.method !== 'GET' || request.headers.has('range') || !url.startsWith(base)) return { kind: 'pass' };
  const path = url.slice(base.length);
  if (NOT_OURS.some((folder) => path.startsWith(folder))) return { kind: 'pass' };
  const wanted = path === 'index.html' ? '' : path;
  const entry = manifest.entries.find((candidate) => candidate.path === wanted);
  return entry ? { kind: 'file', entry } : { kind: 'other', url };
}

/** Files of some tiers, and how many of their bytes are stored. */
export interface Coverage {
  files: number;
  missing: PrecacheEntry[];
  bytes: number;
  missingBytes: number;
}

/** Which files of `tiers` are not among `keys`. */
export function coverage(
  manifest: PrecacheManifest,
  tiers: readonly Tier[],
  base: string,
  keys: ReadonlySet<string>,
): Coverage {
  const wanted = manifest.entries.filter((entry) => tiers.includes(entry.tier));
  const missing = wanted.filter((entry) => !keys.has(cacheKey(base, entry)));
  return { files: wanted.length, missing, bytes: sum(wanted), missingBytes: sum(missing) };
}

function sum(entries: readonly PrecacheEntry[]): number {
  return entries.reduce((total, entry) => total + entry.bytes, 0);
}
