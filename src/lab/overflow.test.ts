import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import '../core/compression/history/recall.ts';
import type { Embedder } from '../core/embedding/embedder.ts';
import { openOverflow } from './overflow.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

it('replies without looking back when the encoder does not answer, as on a slow line', async () => {
  const silent: Embedder = { embed: () => new Promise(() => undefined) };
  const { recall } = openOverflow({
    id: 'recall',
    options: { representation: 'raw' },
    modelId: 'any',
    model: null,
    embedder: silent,
  });
  const found = recall?.find({
    query: 'What did I say about my sister?',
    earlier: [{ speaker: 'seeker', text: 'My sister lives abroad.' }],
    tokens: 100,
    countTokens: (texts) => Promise.resolve(texts.map(({ length }) => length)),
  });
  await vi.dynamicImportSettled();
  await vi.advanceTimersByTimeAsync(60_000);
  await expect(found).resolves.toBeNull();
});
