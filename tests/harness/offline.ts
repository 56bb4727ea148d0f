import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { OfflineStatus } from '../../src/browser/offline/messages.ts';

/** In the page: asks the service worker what it stores; undefined while none is active. */
export const OFFLINE_STATUS = `navigator.serviceWorker.getRegistration().then((registration) => {
  const worker = registration?.active;
  if (!worker) return undefined;
  const channel = new MessageChannel();
  const answer = new Promise((resolve) => {
    channel.port1.onmessage = ({ data }) => resolve(data);
  });
  worker.postMessage({ type: 'status' }, [channel.port2]);
  return answer;
})`;

const offlineStatus = (page: Page): Promise<OfflineStatus | undefined> =>
  // The page may be in the middle of the reload that isolates it.
  page.evaluate<OfflineStatus | undefined>(OFFLINE_STATUS).catch(() => undefined);

/** Waits until all code, and optionally the engines, is stored for offline use. */
export async function keptOffline(page: Page, part: 'code' | 'engines' = 'code'): Promise<void> {
  await expect.poll(async () => (await offlineStatus(page))?.[part], { timeout: 60_000, interval: 200 }).toBe(true);
}
