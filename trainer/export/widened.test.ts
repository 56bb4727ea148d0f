import { describe, expect, it } from 'vitest';
import { logProbability } from '../../src/core/engine/sampling.ts';
import { forward } from '../../src/core/formats/reference/forward.ts';
import { decoderOf, openHeapHere, widened } from '../../src/engines/wide/testing/widened.ts';
import { TINY_CONFIGS } from '../../tests/harness/tiny-model.ts';
import { model, open, useExportFolders } from './testing/tiny-exports.ts';

useExportFolders();

describe('an export that is widened for the processor', () => {
  it.each(Object.entries(TINY_CONFIGS))('gives every token its probability: %s', async (_, settings) => {
    const heap = await openHeapHere();
    const ids = Array.from({ length: 24 }, (_, i) => (i * 37) % 256);
    for (const dtype of ['q4', 'q8'] as const) {
      const { exported, wide } = await widened(await open(await model(settings)), dtype);
      const expected = await forward(exported, ids);
      const decoder = await decoderOf(heap, wide, exported);
      // Several tokens at once, and one at a time after cached ones.
      const { data, vocabulary } = await decoder.step(ids.slice(0, 16), 'all');
      const rows: Float32Array[] = Array.from({ length: 16 }, (_, row) =>
        data.slice(row * vocabulary, (row + 1) * vocabulary),
      );
      for (const id of ids.slice(16)) rows.push((await decoder.step([id], 'last')).data.slice());
      for (const [at, row] of rows.entries())
        for (const id of [0, 97, 200])
          expect(logProbability(row, id), `${dtype}, token ${at}`).toBeCloseTo(
            logProbability(expected[at] as Float32Array, id),
            3,
          );
      await decoder.release();
    }
  });
});
