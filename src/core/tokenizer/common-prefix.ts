/** The number of ids with which both begin. */
export function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** The number of cached positions that serve a step which ends with `ids`, of which at least the last must run. */
export const keptPositions = (cached: readonly number[], ids: readonly number[]): number =>
  Math.max(0, Math.min(commonPrefix(cached, ids), ids.length - 1));
