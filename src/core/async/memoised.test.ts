import { describe, expect, it } from 'vitest';
import { Lazy, LazyMap } from './memoised.ts';

/** Fails as often as told, then counts upwards. */
function counter(failures = 0): () => Promise<number> {
  let calls = 0;
  return () => (++calls <= failures ? Promise.reject(new Error(`failure ${calls}`)) : Promise.resolve(calls));
}

describe('Lazy', () => {
  it('makes one value for all who ask, also while it is being made', async () => {
    const lazy = new Lazy(counter());
    expect(lazy.current).toBeUndefined();
    expect(await Promise.all([lazy.get(), lazy.get()])).toEqual([1, 1]);
    expect(await lazy.get()).toBe(1);
    expect(await lazy.current).toBe(1);
  });

  it('tries again after a failure', async () => {
    const lazy = new Lazy(counter(1));
    await expect(lazy.get()).rejects.toThrow('failure 1');
    expect(lazy.current).toBeUndefined();
    expect(await lazy.get()).toBe(2);
  });

  it('makes a new value once the old one is forgotten, also where that fails later', async () => {
    let fail: (error: Error) => void = () => undefined;
    const first = new Promise<number>((_, reject) => (fail = reject));
    const values = [first, Promise.resolve(2)];
    const lazy = new Lazy(() => values.shift() ?? Promise.resolve(3));
    void lazy.get();
    expect(lazy.forget()).toBe(first);
    const second = lazy.get();
    fail(new Error('late'));
    await expect(first).rejects.toThrow('late');
    expect(await second).toBe(2);
    expect(await lazy.get(), 'the late failure is of the first').toBe(2);
  });
});

describe('LazyMap', () => {
  it('keeps one value per key', async () => {
    const next = counter();
    const map = new LazyMap<string, string>();
    const get = (key: string) => map.get(key, async () => `${key}${await next()}`);
    expect(await Promise.all([get('a'), get('b'), get('a')])).toEqual(['a1', 'b2', 'a1']);
    map.forget('a');
    expect(await get('a')).toBe('a3');
    expect(await Promise.all(map.clear())).toEqual(['b2', 'a3']);
    expect(await get('b')).toBe('b4');
  });

  it('keeps the values that were used last if it is told how many', async () => {
    const next = counter();
    const map = new LazyMap<string, string>(2);
    const get = (key: string) => map.get(key, async () => `${key}${await next()}`);
    expect([await get('a'), await get('b'), await get('a'), await get('c')]).toEqual(['a1', 'b2', 'a1', 'c3']);
    expect([await get('a'), await get('b')]).toEqual(['a1', 'b4']);
  });

  it('tries again after a failure', async () => {
    const map = new LazyMap<string, number>();
    const make = counter(1);
    await expect(map.get('a', make)).rejects.toThrow('failure 1');
    expect(await map.get('a', make)).toBe(2);
    expect(await map.get('a', make)).toBe(2);
  });
});
