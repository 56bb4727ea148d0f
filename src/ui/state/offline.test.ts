import { afterEach, expect, it, vi } from 'vitest';
import type { Offline, OfflineState } from '../../lab/index.ts';
import { OfflineView } from './offline.svelte.ts';
import { lacksDatabases, StorageState } from './storage.svelte.ts';
import { settled } from './testing/fakes.ts';

const STATE: OfflineState = { phase: 'preparing', engines: false, updateWaiting: false };

function fakeOffline() {
  const listeners: ((state: OfflineState) => void)[] = [];
  const calls: string[] = [];
  const offline: Offline = {
    state: STATE,
    subscribe: (listener) => (listeners.push(listener), listener(STATE), () => undefined),
    keepEngines: () => (calls.push('keepEngines'), Promise.reject(new Error('no network'))),
    update: () => void calls.push('update'),
  };
  return { offline, calls, change: (state: OfflineState) => listeners.forEach((listener) => listener(state)) };
}

it('follows the service worker', () => {
  const { offline, change } = fakeOffline();
  const view = new OfflineView(offline);
  expect(view.state).toEqual(STATE);
  change({ ...STATE, phase: 'ready', updateWaiting: true });
  expect(view.state).toMatchObject({ phase: 'ready', updateWaiting: true });
});

it('passes on requests, and tolerates engines that could not be stored', async () => {
  const { offline, calls } = fakeOffline();
  const view = new OfflineView(offline);
  view.update();
  view.keepEngines();
  await settled();
  expect(calls).toEqual(['update', 'keepEngines']);
});

it('is unavailable without a service worker', () => {
  const view = new OfflineView(null);
  view.update();
  view.keepEngines();
  expect(view.state.phase).toBe('unavailable');
});

afterEach(() => void vi.unstubAllGlobals());

it('storage is missing if the browser has no databases', () => {
  vi.stubGlobal('indexedDB', {});
  expect(new StorageState(lacksDatabases()).missing).toBe(false);
  vi.stubGlobal('indexedDB', undefined);
  expect(new StorageState(lacksDatabases()).missing).toBe(true);
});

it('storage is missing if the browser throws when its databases are accessed', () => {
  const property = Object.getOwnPropertyDescriptor(globalThis, 'indexedDB');
  Object.defineProperty(globalThis, 'indexedDB', {
    configurable: true,
    get: () => {
      throw new DOMException('denied', 'SecurityError');
    },
  });
  try {
    expect(lacksDatabases()).toBe(true);
  } finally {
    if (property) Object.defineProperty(globalThis, 'indexedDB', property);
    else Reflect.deleteProperty(globalThis, 'indexedDB');
  }
});
