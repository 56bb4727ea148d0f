import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clearMark, didNotFinish, RunWatch } from './run-mark.ts';

describe('the mark of a running notebook', () => {
  beforeEach(() => {
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    });
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const answers = () => Promise.resolve();
  const hangs = () => new Promise<void>(() => {});

  it('is there while the notebook runs, and only for that one', () => {
    const watch = new RunWatch('a', answers);
    watch.busy(true);
    expect([didNotFinish('a'), didNotFinish('b')]).toEqual([true, false]);
    watch.busy(false);
    expect(didNotFinish('a')).toBe(false);
  });

  it('goes when the notebook is left while it works but still has turns', async () => {
    const watch = new RunWatch('a', answers);
    watch.busy(true);
    await vi.advanceTimersByTimeAsync(10_000);
    watch.leave();
    expect(didNotFinish('a')).toBe(false);
  });

  it('stays when the notebook is left because it hangs', async () => {
    const watch = new RunWatch('a', hangs);
    watch.busy(true);
    await vi.advanceTimersByTimeAsync(10_000);
    watch.leave();
    expect(didNotFinish('a')).toBe(true);
  });

  it('stays when the notebook is opened again and does not run', () => {
    new RunWatch('a', answers).busy(true);
    new RunWatch('a', answers).leave();
    expect(didNotFinish('a')).toBe(true);
    clearMark('a');
    expect(didNotFinish('a')).toBe(false);
  });
});
