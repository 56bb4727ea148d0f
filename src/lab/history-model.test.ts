import { describe, expect, it } from 'vitest';
import type { Decoding, StreamEvent } from '../core/engine/engine.ts';
import type { ChatMessage } from '../core/context/message.ts';
import { fakeModel } from '../core/evaluation/testing/fake-model.ts';
import { rollingSummary } from '../core/compression/history/rolling-summary.ts';
import { historyModel } from './history-model.ts';

describe('historyModel', () => {
  it('asks a loaded model for its likeliest reply, and returns its text', async () => {
    const asked: { messages: ChatMessage[]; decoding: Decoding }[] = [];
    const model = historyModel({
      info: fakeModel().info,
      async *stream(messages, decoding): AsyncGenerator<StreamEvent> {
        asked.push({ messages, decoding });
        yield { type: 'prompt', tokens: 9 };
        yield { type: 'text', text: ' Lost ' };
        yield { type: 'text', text: 'a dog.' };
        yield { type: 'done', reason: 'stop', stats: { promptTokens: 9, newTokens: 2, firstTokenMs: 1, decodeMs: 1 } };
      },
    });
    const utterances = Array.from({ length: 6 }, (_, i) => ({
      speaker: i % 2 ? ('supporter' as const) : ('seeker' as const),
      text: `Line ${i}`,
    }));
    const { summary, sent } = await rollingSummary(model, { keep: 2, block: 4, maxNewTokens: 40 }).compact(utterances);
    expect(summary).toBe('Lost a dog.');
    expect(sent).toEqual([null, null, null, null, 'Line 4', 'Line 5']);
    expect(asked[0]?.decoding).toMatchObject({ temperature: 0, maxNewTokens: 40 });
    expect(asked[0]?.messages[0]?.content).toContain('Supporter: Line 3');
  });

  it('returns nothing if it was stopped', async () => {
    const stopped = historyModel({
      info: fakeModel().info,
      async *stream(): AsyncGenerator<StreamEvent> {
        yield { type: 'text', text: 'Half' };
        yield {
          type: 'done',
          reason: 'cancelled',
          stats: { promptTokens: 1, newTokens: 1, firstTokenMs: 1, decodeMs: 1 },
        };
      },
    });
    await expect(stopped.generate('x', { maxNewTokens: 4 })).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('scores with the model if it can score, and otherwise refuses', async () => {
    const { scorer, ...silent } = fakeModel();
    expect(await historyModel({ ...silent, scorer }).score('ab')).toMatchObject([{ text: 'a' }, { text: 'b' }]);
    await expect(historyModel(silent).score('ab')).rejects.toMatchObject({ code: 'unsupported' });
  });
});
