import { describe, expect, it } from 'vitest';
import { collectReply, growingReply } from './collect-reply.ts';
import type { FinishReason, StreamEvent } from './engine.ts';

const stats = { promptTokens: 4, newTokens: 2, firstTokenMs: 1, decodeMs: 1 };
async function* reply(reason?: FinishReason): AsyncGenerator<StreamEvent> {
  yield { type: 'prompt', tokens: 3 };
  yield { type: 'text', text: 'I ' };
  yield { type: 'text', text: 'hear.' };
  if (reason) yield { type: 'done', reason, stats };
}

describe('growingReply', () => {
  it('yields the text so far with each event, also at the end of a stopped reply', async () => {
    const seen = [];
    for await (const each of growingReply(reply('cancelled'))) seen.push(each);
    expect(seen).toEqual([
      { text: '', promptTokens: 3 },
      { text: 'I ', promptTokens: 3 },
      { text: 'I hear.', promptTokens: 3 },
      { text: 'I hear.', promptTokens: 4, end: { reason: 'cancelled', stats } },
    ]);
  });
});

describe('collectReply', () => {
  it('reads a reply to its end and reports its growth', async () => {
    const heard: string[] = [];
    expect(await collectReply(reply('length'), (text) => heard.push(text))).toEqual({
      text: 'I hear.',
      reason: 'length',
      stats,
    });
    expect(heard).toEqual(['I ', 'I hear.']);
  });

  it('rejects a partial reply', async () => {
    await expect(collectReply(reply('cancelled'))).rejects.toMatchObject({ code: 'cancelled' });
    await expect(collectReply(reply())).rejects.toMatchObject({ code: 'endpoint' });
  });
});
