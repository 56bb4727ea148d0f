import { describe, expect, it } from 'vitest';
import { inOrder } from './in-order.ts';

async function* upTo(count: number, begun: number[] = []): AsyncGenerator<number> {
  for (let i = 0; i < count; i++) {
    begun.push(i);
    yield i;
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('inOrder', () => {
  it('keeps the order, whatever finishes first', async () => {
    const late = (i: number): Promise<number> =>
      new Promise((resolve) => setTimeout(() => resolve(i), 5 * (3 - (i % 4))));
    for (const ahead of [0, 1, 3, 20])
      expect(await collect(inOrder(upTo(9), late, ahead))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('starts no more than allowed', async () => {
    const begun: number[] = [];
    const results = inOrder(upTo(9, begun), (i) => i, 2);
    expect((await results.next()).value).toBe(0);
    expect(begun).toEqual([0, 1, 2]);
  });

  it('ends with the first failure in order', async () => {
    const work = (i: number): Promise<number> =>
      i === 2
        ? Promise.reject(new Error('two'))
        : i === 1
          ? new Promise((_, reject) => setTimeout(() => reject(new Error('one')), 5))
          : Promise.resolve(i);
    await expect(collect(inOrder(upTo(5), work, 3))).rejects.toThrow('one');
  });
});
