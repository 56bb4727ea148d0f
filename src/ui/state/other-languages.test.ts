import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { OtherLanguages } from './other-languages.svelte.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('are fetched once, and known from then on', async () => {
  const load = vi.fn(() => Promise.resolve());
  const arrived = vi.fn();
  const languages = new OtherLanguages(load, arrived);
  expect(languages.loaded).toBe(false);
  await Promise.all([languages.ready(), languages.ready()]);
  await languages.ready();
  expect([languages.loaded, load.mock.calls.length, arrived.mock.calls.length]).toEqual([true, 1, 1]);
});

it('hold nothing back where they cannot be had, and are asked for again', async () => {
  const load = vi.fn(() => Promise.resolve());
  load.mockRejectedValueOnce(new Error('offline'));
  const languages = new OtherLanguages(load);
  await languages.ready();
  expect(languages.loaded).toBe(false);
  await languages.ready();
  expect(languages.loaded).toBe(true);
});

it('hold a message back for three seconds at most, and are known when they arrive after that', async () => {
  let arrive = (): void => undefined;
  const languages = new OtherLanguages(() => new Promise<void>((resolve) => (arrive = resolve)));
  const waited = languages.ready();
  await vi.advanceTimersByTimeAsync(3000);
  await waited;
  expect(languages.loaded).toBe(false);
  arrive();
  await vi.advanceTimersByTimeAsync(0);
  expect(languages.loaded).toBe(true);
});
