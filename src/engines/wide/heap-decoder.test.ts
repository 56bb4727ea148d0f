import { beforeAll, describe, expect, it } from 'vitest';
import { tinyCheckpoint } from '../../core/engine/testing/tiny-model.ts';
import { logProbability } from '../../core/engine/sampling.ts';
import { widenedSize } from '../../core/formats/export/widened.ts';
import { forward } from '../../core/formats/reference/forward.ts';
import type { OrtHeap } from './ort-heap.ts';
import { decoderOf, openHeapHere, widened } from './testing/widened.ts';

let heap: OrtHeap;
beforeAll(async () => {
  heap = await openHeapHere();
});

/** Log-probabilities of each next token, from rows of logits. */
const scores = (rows: readonly Float32Array[], ids: readonly number[]): number[] =>
  ids.slice(1).map((id, i) => logProbability(rows[i] as Float32Array, id));

function rowsOf({ data, rows, vocabulary }: { data: Float32Array; rows: number; vocabulary: number }): Float32Array[] {
  return Array.from({ length: rows }, (_, row) => data.subarray(row * vocabulary, (row + 1) * vocabulary));
}

/** More tokens than the first cache has room for. */
const IDS = Array.from({ length: 300 }, (_, i) => (i * 37) % 256);

describe.each(['q4', 'q8'] as const)('a %s export with widened weights', (dtype) => {
  it('leaves no global Worker behind in Node', () => {
    expect('Worker' in globalThis).toBe(false);
  });

  it('computes what its weights say, in steps of any size, as its cache grows and shrinks', async () => {
    const { exported, model, wide } = await widened(tinyCheckpoint(), dtype);
    expect(wide.bytes).toBe(widenedSize('tiny', model));
    const decoder = await decoderOf(heap, wide, exported);
    const expected = await forward(exported, IDS);
    const found: Float32Array[] = [];
    for (const [from, to] of [
      [0, 100],
      [100, 101],
      [101, 250],
      [250, 300],
    ])
      found.push(...rowsOf(await decoder.step(IDS.slice(from, to), 'all')));
    const wanted = scores(expected, IDS);
    const own = scores(found, IDS);
    own.forEach((score, i) => expect(score).toBeCloseTo(wanted[i] as number, 3));

    // Another text with the same beginning reuses it.
    const other = [...IDS.slice(0, 40), 7, 8, 9];
    expect(await decoder.keepPrefix(other)).toBe(40);
    const { data, rows } = await decoder.step(other.slice(40), 'last');
    const last = (await forward(exported, other)).at(-1) ?? new Float32Array();
    expect(rows).toBe(1);
    for (const id of [0, 97, 200]) expect(logProbability(data, id)).toBeCloseTo(logProbability(last, id), 3);
    await decoder.release();
  });
});

it('says why other weights are not widened', async () => {
  await expect(widened(tinyCheckpoint(), 'fp32')).rejects.toMatchObject({
    code: 'unsupported',
    detail: { what: 'Its weights are fp32.' },
  });
});

it('frees everything when memory runs out, and begins anew', async () => {
  const { exported, wide } = await widened(tinyCheckpoint(), 'q4');
  const decoder = await decoderOf(heap, wide, exported);
  const [first] = rowsOf(await decoder.step(IDS.slice(0, 4), 'last'));
  const malloc = heap._malloc.bind(heap);
  // The third cache that grows finds no room.
  let left = 2;
  heap._malloc = (size) => (size > 60_000 && left-- <= 0 ? 0 : malloc(size));
  try {
    await expect(decoder.step(IDS, 'last')).rejects.toThrow(/out of memory/);
  } finally {
    heap._malloc = malloc;
  }
  expect(await decoder.keepPrefix(IDS.slice(0, 4))).toBe(0);
  const [again] = rowsOf(await decoder.step(IDS.slice(0, 4), 'last'));
  expect(again).toEqual(first);
  await decoder.release();
});
