import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { OfflineStatus } from '../../src/browser/offline/messages.ts';

/** Asks the service worker what it stores; undefined while none is active. */
async function offlineStatus(page: Page): Promise<OfflineStatus | undefined> {
  return (
    page
      .evaluate(async () => {
        const registration = await navigator.serviceWorker.getRegistration();
        const worker = registration?.active;
        if (!worker) return undefined;
        const channel = new MessageChannel();
        const answer = new Promise<OfflineStatus>((resolve) => {
          channel.port1.onmessage = (event: MessageEvent<OfflineStatus>) => resolve(event.data);
        });
        worker.postMessage({ type: 'status' }, [channel.port2]);
        return answer;
      })
      // The page may be in the middle of the reload that isolates it.
      .catch(() => undefined)
  );
}

/** Waits until all code, and optionally the engines, is stored for offline use. */
export async function keptOffline(page: Page, part: 'code' | 'engines' = 'code'): Promise<void> {
  await expect.poll(async () => (await offlineStatus(page))?.[part], { timeout: 60_000, interval: 200 }).toBe(true);
}
