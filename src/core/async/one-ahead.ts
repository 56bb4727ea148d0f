import { throwIfCancelled } from '../error.ts';

/**
 * Does two steps of work on each item and yields the results in order. The first step is done on one item at a time;
 * the second one, and whatever the caller does with the result before, while the first is already done on the next
 * item. Neither is further ahead than that. The first failure stops the rest.
 */
export async function* oneAhead<Item, Half, Result>(
  items: readonly Item[],
  first: (item: Item, signal: AbortSignal) => Promise<Half>,
  second: (half: Half, item: Item, signal: AbortSignal) => Promise<Result>,
  signal?: AbortSignal,
): AsyncGenerator<Result> {
  const failed = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const begin = (item: Item): Promise<Half> => {
    const half = first(item, stop);
    // It is awaited when its turn comes, which may be after it has failed.
    half.catch(() => undefined);
    return half;
  };
  let ahead: Promise<Half> | undefined;
  try {
    for (const [place, item] of items.entries()) {
      throwIfCancelled(signal);
      const half = await (ahead ?? begin(item));
      ahead = place + 1 < items.length ? begin(items[place + 1] as Item) : undefined;
      yield await second(half, item, stop);
    }
  } finally {
    failed.abort();
    await ahead?.catch(() => undefined);
  }
}
