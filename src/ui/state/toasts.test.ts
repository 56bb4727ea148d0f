import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Toasts } from './toasts.svelte.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('shows only the latest five messages, each for its lifetime', () => {
  const toasts = new Toasts();
  for (let i = 0; i < 1000; i++)
    toasts.show(`Cell ${i} deleted.`, i % 2 ? { label: 'Undo', run: () => {} } : undefined);
  expect(toasts.list.map(({ text }) => text)).toEqual([5, 6, 7, 8, 9].map((i) => `Cell 99${i} deleted.`));
  vi.advanceTimersByTime(5000);
  expect(toasts.list).toHaveLength(3);
  vi.advanceTimersByTime(5000);
  expect(toasts.list).toEqual([]);
});

it('disappears when it is dismissed', () => {
  const toasts = new Toasts();
  const first = toasts.show('One');
  toasts.show('Two');
  toasts.dismiss(first);
  expect(toasts.list.map(({ text }) => text)).toEqual(['Two']);
});
