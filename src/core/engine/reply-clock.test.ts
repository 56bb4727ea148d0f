import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReplyClock } from './reply-clock.ts';

describe('ReplyClock', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => vi.useRealTimers());

  it('measures the time to the first token and from there to the last', () => {
    const clock = new ReplyClock();
    for (const pause of [300, 50, 70]) {
      vi.advanceTimersByTime(pause);
      clock.tick();
    }
    vi.advanceTimersByTime(1000);
    expect(clock.done('stop', 9)).toEqual({
      type: 'done',
      reason: 'stop',
      stats: { promptTokens: 9, newTokens: 3, firstTokenMs: 300, decodeMs: 120 },
    });
  });

  it('prefers the count of the engine to its own', () => {
    const clock = new ReplyClock();
    clock.tick();
    expect(clock.ticks).toBe(1);
    expect(clock.done('length', null, 5).stats).toMatchObject({ promptTokens: null, newTokens: 5 });
  });

  it('counts the whole time as time to the first token if none came', () => {
    const clock = new ReplyClock();
    vi.advanceTimersByTime(40);
    expect(clock.done('cancelled', null).stats).toEqual({
      promptTokens: null,
      newTokens: 0,
      firstTokenMs: 40,
      decodeMs: 0,
    });
  });
});
