import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { within } from './within.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('waits for work that ends in time, and passes on its failure', async () => {
  await expect(within(100, Promise.resolve('done'))).resolves.toBe('done');
  await expect(within(100, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(vi.getTimerCount()).toBe(0);
});

it('does not wait longer than that, whatever becomes of the work', async () => {
  let fail: (error: Error) => void = () => undefined;
  const waiting = within(100, new Promise((_, reject) => (fail = reject)));
  await vi.advanceTimersByTimeAsync(100);
  await expect(waiting).resolves.toBeUndefined();
  fail(new Error('too late to matter'));
});
