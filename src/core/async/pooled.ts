import { throwIfCancelled } from '../error.ts';

/**
 * Runs `work` over items, at most `limit` at a time, and yields results as they come. The first failure stops the
 * others.
 */
export async function* pooled<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
  signal?: AbortSignal,
): AsyncGenerator<Result> {
  const failed = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const running = new Map<number, Promise<[number, Result]>>();
  let next = 0;
  try {
    while (next < items.length || running.size > 0) {
      throwIfCancelled(signal);
      while (next < items.length && running.size < limit) {
        const place = next++;
        running.set(
          place,
          work(items[place] as Item, stop).then((result) => [place, result]),
        );
      }
      const [place, result] = await Promise.race(running.values());
      running.delete(place);
      yield result;
    }
  } finally {
    failed.abort();
    await Promise.allSettled(running.values());
  }
}
