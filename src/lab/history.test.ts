import { describe, expect, it, vi } from 'vitest';
import type { Utterance } from '../core/dataset/dialogue.ts';
import { fakeModel } from '../core/evaluation/testing/fake-model.ts';
import { historySchema, shorten, type HistoryInput, type HistoryParts } from './history.ts';

const SAID: Utterance[] = Array.from({ length: 12 }, (_, i) => ({
  speaker: i % 2 ? 'supporter' : 'seeker',
  text: `I am so very tired of number ${i}`,
}));

function parts(): HistoryParts & { model: ReturnType<typeof vi.fn<HistoryParts['model']>> } {
  return { model: vi.fn(async () => fakeModel()), countTokens: (texts) => texts.map((text) => text.split(' ').length) };
}
const short = (written: HistoryInput, from: HistoryParts, signal?: AbortSignal) =>
  shorten(SAID, historySchema.parse(written), from, signal);

describe('shorten', () => {
  it('compresses with the lab’s own code, without loading a model', async () => {
    const given = parts();
    const result = await short({ method: 'every', representation: 'nostopwords' }, given);
    expect(result.sent[0]).toBe('tired number 0');
    expect(result.sent.at(-1)).toBe('I am so very tired of number 11');
    expect(result.cost).toMatchObject({ tokensBefore: 96, tokensAfter: 11 * 3 + 8, leftOut: 0 });
    expect(await short({ method: 'budget', tokens: 30 }, given)).toMatchObject({ cost: { leftOut: 4 } });
    expect(given.model).not.toHaveBeenCalled();
  });

  it('asks the model for a summary, which goes into the system message', async () => {
    const given = parts();
    const result = await short({ method: 'summary', keep: 4, block: 6, maxNewTokens: 20 }, given);
    // The fake model answers with the seed and the last message: the prompt.
    expect(result.summary).toMatch(/^0 You keep notes/);
    expect(result.messages[0]).toMatchObject({
      role: 'system',
      content: expect.stringContaining('You keep notes') as string,
    });
    expect(result.messages).toHaveLength(1 + 6);
    expect(result.cost.leftOut).toBe(6);
    expect(given.model).toHaveBeenCalled();
  });

  it('scores with the model for Selective Context', async () => {
    const { sent, cost } = await short({ method: 'selective', drop: 0.5 }, parts());
    expect(cost.tokensAfter).toBeLessThan(cost.tokensBefore);
    expect(sent).toHaveLength(12);
  });

  it('stops on request', async () => {
    await expect(short({ method: 'every', representation: 'raw' }, parts(), AbortSignal.abort())).rejects.toMatchObject(
      { code: 'cancelled' },
    );
  });
});
