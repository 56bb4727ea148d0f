/**
 * Processes the items of a stream and yields results in order; up to `ahead` items are started before the result of one
 * is awaited.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item>,
  work: (item: Item) => Result | Promise<Result>,
  ahead: number,
): AsyncGenerator<Result> {
  const begun: Promise<Result>[] = [];
  for await (const item of items) {
    const result = Promise.resolve(work(item));
    // A failure surfaces when its turn comes, or never if an earlier one ends the stream.
    result.catch(() => undefined);
    begun.push(result);
    if (begun.length > ahead) yield await (begun.shift() as Promise<Result>);
  }
  for (const result of begun) yield await result;
}
