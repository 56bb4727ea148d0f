/** A stream of uniform numbers in [0, 1). */
export type Random = () => number;

/** A copy in random order (Fisher–Yates, from the end). */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) swap(result, i, Math.floor(random() * (i + 1)));
  return result;
}

/**
 * A copy sorted by one random key per item. Judge checks and `lab evaluate --check` have drawn their samples
 * this way since version 0.1.0 and must draw the same ones again; use `shuffle` for anything new.
 */
export function shuffleByKeys<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** `count` of the items, or all if there are fewer, in their original order. Draws one number per chosen item. */
export function sampleWithoutReplacement<T>(items: readonly T[], count: number, random: Random): T[] {
  if (count >= items.length) return [...items];
  const indices = items.map((_, i) => i);
  for (let i = 0; i < count; i++) swap(indices, i, i + Math.floor(random() * (indices.length - i)));
  const chosen = new Set(indices.slice(0, count));
  return items.filter((_, i) => chosen.has(i));
}

/** `count` indices below `count`, drawn with replacement: one bootstrap resample. */
export function bootstrapIndices(count: number, random: Random): number[] {
  const indices = new Array<number>(count);
  for (let i = 0; i < count; i++) indices[i] = Math.floor(random() * count);
  return indices;
}

function swap<T>(items: T[], i: number, j: number): void {
  [items[i], items[j]] = [items[j] as T, items[i] as T];
}
