import { isolated } from '../../src/browser/offline/isolation.ts';
import type { OfflineRequest, OfflineStatus } from '../../src/browser/offline/messages.ts';
import {
  cacheKey,
  cacheName,
  coverage,
  route,
  staleCaches,
  TIERS,
  type PrecacheEntry,
  type PrecacheManifest,
  type Route,
  type Tier,
} from '../../src/browser/offline/precache.ts';

/** Written by the build (build/precache.ts). */
declare const __PRECACHE__: PrecacheManifest;

const worker = self as unknown as ServiceWorkerGlobalScope;
const manifest = __PRECACHE__;
const base = worker.registration.scope;

worker.addEventListener('install', (event) => event.waitUntil(fill(['install'])));
worker.addEventListener('activate', (event) => event.waitUntil(takeOver()));

worker.addEventListener('fetch', (event) => {
  const way = route(event.request, base, manifest);
  if (way.kind !== 'pass') event.respondWith(answer(event, way));
});

worker.addEventListener('message', (event) => {
  const request = event.data as OfflineRequest;
  const reply = async (): Promise<void> => event.ports[0]?.postMessage(await status());
  if (request.type === 'take-over') event.waitUntil(worker.skipWaiting());
  else if (request.type === 'status') event.waitUntil(reply());
  else
    event.waitUntil(
      fill(request.tiers, request.mostBytes)
        .catch(() => undefined)
        .then(reply),
    );
});

async function answer(event: FetchEvent, way: Exclude<Route, { kind: 'pass' }>): Promise<Response> {
  const kept = way.kind === 'file' ? await find(way.entry) : await caches.match(way.url, { ignoreSearch: true });
  if (kept) return isolated(kept);
  const response = await fetch(event.request);
  if (way.kind === 'file' && response.status === 200) {
    const copy = response.clone();
    event.waitUntil(keepVerified(way.entry, copy).catch(() => undefined));
  }
  return isolated(response);
}

/**
 * Fetches missing files of `tiers`, one after another so that the page's own requests go first, until `mostBytes` are
 * stored. A file that fails does not hold up the others; the first failure is thrown at the end.
 */
async function fill(tiers: readonly Tier[], mostBytes = Infinity): Promise<void> {
  const failures: unknown[] = [];
  let stored = 0;
  for (const entry of coverage(manifest, tiers, base, await keys()).missing) {
    if (stored >= mostBytes) break;
    await fetchAndKeep(entry).then(
      () => (stored += entry.bytes),
      (error: unknown) => failures.push(error),
    );
  }
  if (failures.length > 0) throw failures[0];
}

async function fetchAndKeep(entry: PrecacheEntry): Promise<void> {
  const carried = await find(entry);
  // `integrity` makes the fetch fail if the host is being updated and sends another version.
  await keep(entry, carried ?? (await fetch(base + entry.path, { cache: 'no-cache', integrity: entry.integrity })));
}

async function keep(entry: PrecacheEntry, response: Response): Promise<void> {
  if (response.status !== 200) throw new TypeError(`${entry.path}: status ${response.status}`);
  const cache = await caches.open(cacheName(manifest.version));
  await cache.put(cacheKey(base, entry), response);
}

/** Stores a response fetched for the page, if its bytes are of this version. */
async function keepVerified(entry: PrecacheEntry, response: Response): Promise<void> {
  const bytes = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const integrity = `sha256-${btoa(String.fromCharCode(...digest))}`;
  if (integrity === entry.integrity) await keep(entry, new Response(bytes, { headers: response.headers }));
}

/** A file in this version's cache or, unchanged, in an older one. */
function find(entry: PrecacheEntry): Promise<Response | undefined> {
  return caches.match(cacheKey(base, entry));
}

async function keys(): Promise<Set<string>> {
  const cache = await caches.open(cacheName(manifest.version));
  return new Set((await cache.keys()).map((request) => request.url));
}

async function takeOver(): Promise<void> {
  await carryOver();
  const windows = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const stale = staleCaches(await caches.keys(), manifest.version, windows.length > 0);
  await Promise.all(stale.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** Copies files from older caches that this version can use. */
async function carryOver(): Promise<void> {
  for (const entry of coverage(manifest, TIERS, base, await keys()).missing) {
    const carried = await find(entry);
    if (carried) await keep(entry, carried);
  }
}

async function status(): Promise<OfflineStatus> {
  const kept = await keys();
  const code = coverage(manifest, ['install', 'idle'], base, kept);
  const engines = coverage(manifest, ['use'], base, kept);
  return {
    version: manifest.version,
    code: code.missing.length === 0,
    engines: engines.missing.length === 0,
    missingBytes: code.missingBytes + engines.missingBytes,
  };
}
