import { describe, expect, it } from 'vitest';
import type { OfflineStatus } from './messages.ts';
import { storePortions } from './portions.ts';

/** A service worker that stores `portion` bytes per request, until `stops` are missing. */
function serviceWorker(missingBytes: number, portion: number, stops = 0) {
  const asked: number[] = [];
  const next = (): Promise<OfflineStatus> => {
    asked.push(missingBytes);
    missingBytes = Math.max(stops, missingBytes - portion);
    return Promise.resolve({ version: '1', code: missingBytes === 0, engines: false, missingBytes });
  };
  return { asked, next };
}
const complete = ({ code }: OfflineStatus): boolean => code;
const free = (): Promise<void> => Promise.resolve();

describe('storePortions', () => {
  it('asks for portions until all is stored', async () => {
    const { asked, next } = serviceWorker(30, 10);
    expect(await storePortions({ next, free, complete })).toMatchObject({ code: true, missingBytes: 0 });
    expect(asked).toEqual([30, 20, 10]);
  });

  it('waits while a model is being loaded, also in between', async () => {
    const { asked, next } = serviceWorker(30, 10);
    const loads: (() => void)[] = [];
    const loading = () => new Promise<void>((resolve) => loads.push(resolve));
    const stored = storePortions({ next, free: loading, complete });
    for (let portions = 0; portions < 3; portions++) {
      await new Promise((resolve) => setTimeout(resolve));
      expect([asked.length, loads.length]).toEqual([portions, portions + 1]);
      loads[portions]?.();
    }
    expect(await stored).toMatchObject({ code: true });
  });

  it('ends when a portion stores nothing, as without a network', async () => {
    const { asked, next } = serviceWorker(30, 10, 15);
    expect(await storePortions({ next, free, complete })).toMatchObject({ code: false, missingBytes: 15 });
    expect(asked).toEqual([30, 20, 15]);
  });
});
