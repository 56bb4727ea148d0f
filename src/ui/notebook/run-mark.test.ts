import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useFakeLocalStorage } from '../../../tests/harness/fake-local-storage.ts';
import { clearMark, didNotFinish, foundUnfinished, RunWatch } from './run-mark.ts';

describe('the mark of a running notebook', () => {
  useFakeLocalStorage();
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const answers = () => Promise.resolve();
  const hangs = () => new Promise<void>(() => {});

  it('exists while the notebook runs, and only for that notebook', () => {
    const watch = new RunWatch('a', answers);
    watch.busy(true);
    expect([didNotFinish('a'), didNotFinish('b')]).toEqual([true, false]);
    watch.busy(false);
    expect(didNotFinish('a')).toBe(false);
  });

  /** A notebook at rest; `hang` makes it stop answering. */
  async function atRest() {
    let hanging = false;
    const watch = new RunWatch('a', () => (hanging ? hangs() : answers()));
    watch.busy(true);
    watch.busy(false);
    await vi.advanceTimersByTimeAsync(10_000);
    return { watch, hang: () => (hanging = true) };
  }

  it('stays when the page is killed while a notebook at rest blocks it', async () => {
    await atRest();
    // Nothing on the page runs any more, and it ends without notice.
    vi.clearAllTimers();
    vi.setSystemTime(Date.now() + 4000);
    expect(didNotFinish('a')).toBe(true);
    expect(await foundUnfinished('a')).toBe(true);
  });

  it('stays when the page is reloaded in an orderly way while a notebook at rest hangs', async () => {
    const { watch, hang } = await atRest();
    hang();
    await vi.advanceTimersByTimeAsync(5000);
    watch.show(false);
    watch.leave();
    expect(didNotFinish('a')).toBe(true);
  });

  it('is left behind by a notebook that begins to hang while its page is hidden', async () => {
    const { watch, hang } = await atRest();
    watch.show(false);
    hang();
    await vi.advanceTimersByTimeAsync(5000);
    expect(didNotFinish('a')).toBe(true);
  });

  it('is not left behind by a notebook at rest whose page is closed, hidden or frozen at any moment', async () => {
    const nothing = async () => {
      await vi.advanceTimersByTimeAsync(20_000);
      expect(didNotFinish('a')).toBe(false);
    };
    const quick = new RunWatch('a', answers);
    quick.busy(true);
    quick.busy(false);
    quick.leave();
    quick.show(false);
    await nothing();
    const { watch } = await atRest();
    watch.show(false);
    vi.clearAllTimers();
    await nothing();
    const kept = (await atRest()).watch;
    kept.leave();
    kept.show(false);
    await nothing();
    kept.show(true);
    kept.back();
    vi.clearAllTimers();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(didNotFinish('a'), 'killed after it was restored').toBe(true);
  });

  it('is not found by a second tab while it is at rest in the first, but is once that tab is dead', async () => {
    await atRest();
    const found = foundUnfinished('a');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await found).toBe(false);
    vi.clearAllTimers();
    const last = foundUnfinished('a');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await last).toBe(true);
  });

  it('is not left by a page that was paused for a while, as by a sleeping machine', async () => {
    const { watch } = await atRest();
    vi.setSystemTime(Date.now() + 3_600_000);
    watch.leave();
    expect(didNotFinish('a')).toBe(false);
  });

  it('is removed when the notebook is left while it works but still responds', async () => {
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
