/** Candidates that a sampler may ask for: one more than the largest top-k, to notice a tie at its edge. */
export const MOST_CANDIDATES = 65;

/** Bytes of a key and an id, as shaders write them that sort tiles (top-logits.wgsl.ts). */
export const PAIR_BYTES = 8;

/** The highest logits of a row with their ids, highest first; of equal ones the lowest id first. */
export interface TopLogits {
  ids: Uint32Array;
  values: Float32Array;
}

/**
 * The `count` highest of tiles that are sorted; the ids of missing ones exceed the vocabulary.
 * @param pairs of a key and an id, `count` of each tile, highest first.
 */
export function highestOf(pairs: Uint32Array, count: number): TopLogits {
  // No tile runs out, because it has as many as are taken of all.
  const next = Array.from({ length: pairs.length / (2 * count) }, (_, tile) => tile * count);
  const order = Array.from({ length: count }, () => {
    let best = 0;
    for (let tile = 1; tile < next.length; tile++)
      if (isHigher(pairs, next[tile] as number, next[best] as number)) best = tile;
    const taken = next[best] as number;
    next[best] = taken + 1;
    return taken;
  });
  return logitsAt(pairs, order);
}

/** Whether tiles of a row were sorted rightly: those of `tile` entries each, of which `count` were kept. */
export function isSorted(row: Float32Array, pairs: Uint32Array, tile: number, count: number): boolean {
  const value = (id: number): number => row[id] as number;
  return Array.from({ length: Math.ceil(row.length / tile) }, (_, at) => {
    const ids = Array.from({ length: Math.min(tile, row.length - at * tile) }, (_, i) => at * tile + i);
    const expected = ids.sort((a, b) => value(b) - value(a) || a - b).slice(0, count);
    const found = logitsAt(
      pairs.subarray(2 * at * count),
      Array.from(expected, (_, i) => i),
    );
    return expected.every((id, i) => id === found.ids[i] && value(id) === found.values[i]);
  }).every(Boolean);
}

const keyAt = (pairs: Uint32Array, at: number): number => pairs[2 * at] as number;
const idAt = (pairs: Uint32Array, at: number): number => pairs[2 * at + 1] as number;

const isHigher = (pairs: Uint32Array, a: number, b: number): boolean =>
  keyAt(pairs, a) > keyAt(pairs, b) || (keyAt(pairs, a) === keyAt(pairs, b) && idAt(pairs, a) < idAt(pairs, b));

function logitsAt(pairs: Uint32Array, order: number[]): TopLogits {
  const values = Uint32Array.from(order, (at) => bitsOf(keyAt(pairs, at)));
  return { ids: Uint32Array.from(order, (at) => idAt(pairs, at)), values: new Float32Array(values.buffer) };
}

/** The bits of a float from the key that orders as it does. */
const bitsOf = (key: number): number => (key >= 0x80000000 ? key ^ 0x80000000 : ~key) >>> 0;
