import type { OfflineRequest, OfflineStatus } from './messages.ts';
import { PORTION_BYTES, storePortions } from './portions.ts';
import type { Tier } from './precache.ts';

/** The state of offline use. */
export interface OfflineState {
  /**
   * - `unavailable`: no service worker here (an old browser, a private window, plain http on another machine);
   * - `preparing`: the lab is being stored;
   * - `ready`: the page opens and works without a network; `engines` says whether models can be loaded, too;
   * - `incomplete`: storing it stopped, usually because the network failed; the next visit resumes.
   */
  phase: 'unavailable' | 'preparing' | 'ready' | 'incomplete';
  /** Whether the engines are stored, too. */
  engines: boolean;
  /** Whether a newer version is ready and waits for `update()`. */
  updateWaiting: boolean;
}

/** Stores the lab for offline use. */
export interface Offline {
  readonly state: OfflineState;
  /** Calls `listener` at once and after every change. Returns a function that unsubscribes. */
  subscribe(listener: (state: OfflineState) => void): () => void;
  /** Stores the engines, too: tens of megabytes, so only once a person has loaded a model. */
  keepEngines(): Promise<void>;
  /** Reloads this tab with the waiting version. Other open tabs keep the old one. */
  update(): void;
}

/** Set before the one reload that brings isolation, so that a page that cannot be isolated does not reload forever. */
const RELOADED = 'solace-isolation-reload';

/** Delays of retries after a failed fetch; after the last one, the next visit resumes. */
const RETRY_AFTER_MS = [2_000, 10_000, 60_000];

/**
 * Registers the service worker at `script` and stores the lab's code in the background, while the network is `free`.
 */
export function startOffline(script: URL, free: () => Promise<unknown>): Offline {
  let state: OfflineState = { phase: 'preparing', engines: false, updateWaiting: false };
  const listeners = new Set<(state: OfflineState) => void>();
  const change = (part: Partial<OfflineState>): void => {
    state = { ...state, ...part };
    for (const listener of listeners) listener(state);
  };

  const registration = register(script).then(
    (registered) => {
      watchUpdates(registered, () => change({ updateWaiting: true }));
      return registered;
    },
    () => {
      change({ phase: 'unavailable' });
      return undefined;
    },
  );

  const keep = async (tiers: readonly Tier[], attempt = 0): Promise<void> => {
    const worker = (await registration) && (await navigator.serviceWorker.ready).active;
    if (!worker) return;
    const complete = ({ code, engines }: OfflineStatus): boolean => code && (engines || !tiers.includes('use'));
    const next = () => ask(worker, { type: 'fill', tiers, mostBytes: PORTION_BYTES });
    const status = await storePortions({ next, free, complete });
    change({ phase: status.code ? 'ready' : 'incomplete', engines: status.engines });
    const pause = RETRY_AFTER_MS[attempt];
    if (!complete(status) && pause !== undefined) setTimeout(() => void keep(tiers, attempt + 1), pause);
  };

  if ('serviceWorker' in navigator) isolateOnce();
  whenIdle(() => void keep(['idle']));

  return {
    get state() {
      return state;
    },
    subscribe(listener) {
      listeners.add(listener);
      listener(state);
      return () => listeners.delete(listener);
    },
    keepEngines: () => keep(['install', 'idle', 'use']),
    update() {
      void registration.then((registered) => {
        if (!registered?.waiting) return;
        navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
        registered.waiting.postMessage({ type: 'take-over' } satisfies OfflineRequest);
      });
    },
  };
}

async function register(script: URL): Promise<ServiceWorkerRegistration> {
  if (!('serviceWorker' in navigator)) throw new TypeError('This browser has no service workers.');
  return navigator.serviceWorker.register(script, { updateViaCache: 'none' });
}

function watchUpdates(registration: ServiceWorkerRegistration, onWaiting: () => void): void {
  // Without a controller the waiting worker is the first one, not an update.
  const check = (): void => {
    if (registration.waiting && navigator.serviceWorker.controller) onWaiting();
  };
  check();
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', check);
  });
}

/**
 * If the host sends no isolation headers, the first page has none; the service worker adds them from the next load.
 * This reloads the page, unless the person has begun to do something.
 */
function isolateOnce(): void {
  if (crossOriginIsolated || sessionStorage.getItem(RELOADED)) return;
  const touched = new AbortController();
  for (const type of ['pointerdown', 'keydown']) {
    addEventListener(type, () => touched.abort(), { once: true, signal: touched.signal });
  }
  const reload = (): void => {
    sessionStorage.setItem(RELOADED, 'yes');
    location.reload();
  };
  // A controlled page without isolation comes from a forced reload, which bypasses the service worker.
  if (navigator.serviceWorker.controller) return;
  navigator.serviceWorker.addEventListener('controllerchange', reload, { once: true, signal: touched.signal });
}

function ask(worker: ServiceWorker, request: OfflineRequest): Promise<OfflineStatus> {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = (event: MessageEvent<OfflineStatus>) => {
      channel.port1.close();
      resolve(event.data);
    };
    worker.postMessage(request, [channel.port2]);
  });
}

function whenIdle(work: () => void): void {
  // Safari has no requestIdleCallback.
  if ('requestIdleCallback' in globalThis) requestIdleCallback(work, { timeout: 5000 });
  else setTimeout(work, 1000);
}
