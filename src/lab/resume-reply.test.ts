import { describe, expect, it } from 'vitest';
import { messageSchema, type ReplyOrigin } from '../core/conversation/conversation.ts';
import { PAPER_DECODING, type FinishReason, type LoadedModel, type ReplyRequest } from '../core/engine/engine.ts';
import { fakeModel } from '../core/evaluation/testing/fake-model.ts';
import type { ChatMessage } from '../core/context/message.ts';
import { compress } from './compression.ts';
import { writeReply, type ReplyStep, type WrittenReply } from './reply.ts';
import { resumeReply } from './resume-reply.ts';

const STATS = { promptTokens: 7, readTokens: 7, newTokens: 3, firstTokenMs: 1, decodeMs: 2 };
const ORIGIN: ReplyOrigin = {
  modelId: 'fake',
  representation: 'nostopwords',
  newest: 'never-empty',
  decoding: { ...PAPER_DECODING, maxNewTokens: 3, seed: 5 },
  reason: 'length',
  stats: STATS,
};
const TASK: WrittenReply = {
  systemPrompt: 'Listen.',
  utterances: [{ speaker: 'seeker', text: 'My sister left me' }],
  origin: ORIGIN,
  reply: 'I hear ',
};
const TOOLS = { tokenizer: () => Promise.resolve(null), limit: null, compress };

/** A model that writes these pieces, and what it was sent. */
function writing(pieces: string[], reason: FinishReason = 'stop') {
  const sent: { messages: ChatMessage[]; request: ReplyRequest }[] = [];
  const model: LoadedModel = {
    ...fakeModel(),
    async *stream(messages, request) {
      sent.push({ messages, request });
      for (const text of pieces) yield { type: 'text', text };
      yield { type: 'done', reason, stats: { ...STATS, readTokens: 4, newTokens: 2, firstTokenMs: 10, decodeMs: 20 } };
    },
  };
  return { model, sent };
}

async function rest(model: LoadedModel, task = TASK): Promise<ReplyStep['change'][]> {
  const changes: ReplyStep['change'][] = [];
  for await (const { change } of resumeReply(model, task, TOOLS, new AbortController().signal)) changes.push(change);
  return changes;
}

describe('a reply that is resumed', () => {
  it('continues where it ended, from the same context with the same settings', async () => {
    const { model, sent } = writing([' you', '.']);
    const changes = await rest(model);
    for await (const { change } of writeReply(model, TASK, TOOLS, new AbortController().signal))
      expect(change.reply).not.toHaveProperty('resumedAt');
    const [resumed, written] = sent;
    expect(resumed?.messages).toEqual(written?.messages);
    expect(resumed?.request).toEqual({ ...written?.request, beginning: 'I hear' });
    expect(changes.map(({ text, state }) => [text, state])).toEqual([
      ['I hear you', 'partial'],
      ['I hear you.', 'partial'],
      ['I hear you.', 'complete'],
    ]);
  });

  it('says that it was resumed, and where, in a form that is stored and read again', async () => {
    const [, , first] = await rest(writing([' you', '.'], 'length').model);
    if (!first) throw new Error('The reply has no end.');
    expect(first.reply).toEqual({
      ...ORIGIN,
      resumedAt: [6],
      // The prompt and the wait for the first token are those of the first piece.
      stats: { promptTokens: 7, readTokens: 11, newTokens: 5, firstTokenMs: 1, decodeMs: 32 },
    });
    const again = await rest(writing([' Stay.']).model, { ...TASK, origin: first.reply, reply: first.text });
    const { text, reply } = again.at(-1) ?? first;
    expect([text, reply.resumedAt, reply.reason]).toEqual(['I hear you. Stay.', [6, 11], 'stop']);
    const message = { id: 'm', parent: null, speaker: 'supporter', createdAt: 1, ...again.at(-1) };
    expect(messageSchema.parse(JSON.parse(JSON.stringify(message))).reply).toEqual(reply);
  });

  it('has no step before it has grown, so that a stop changes nothing', async () => {
    expect(await rest(writing([], 'cancelled').model)).toEqual([]);
    expect(await rest(writing([' y'], 'cancelled').model)).toMatchObject([{ state: 'partial' }, { state: 'stopped' }]);
    // The model finds that it was complete.
    expect(await rest(writing([]).model)).toMatchObject([
      { text: 'I hear', state: 'complete', reply: { reason: 'stop' } },
    ]);
  });

  it('claims no statistics and no reason for ending that it does not know', async () => {
    const { stats, reason, ...origin } = ORIGIN;
    expect([stats, reason]).toEqual([STATS, 'length']);
    const [partial, done] = await rest(writing([' you']).model, { ...TASK, origin });
    expect(partial?.reply).toMatchObject({ reason: undefined, stats: undefined });
    expect(done?.reply).toMatchObject({ reason: 'stop', stats: undefined });
  });

  it('begins with the strategy that the model named, and after half a character', async () => {
    const { model, sent } = writing(['!']);
    const origin: ReplyOrigin = { ...ORIGIN, strategy: 'Clarification' };
    const changes = await rest(model, { ...TASK, origin, reply: 'When \ufffd' });
    expect(sent[0]?.request.beginning).toBe('(Clarification) When');
    expect(changes.at(-1)).toMatchObject({ text: 'When!', reply: { strategy: 'Clarification', resumedAt: [4] } });
  });

  it('keeps its note of assistance: the exchanges are sent again, and the time adds up', async () => {
    const found = [{ dialogue: 'd', turn: 1, seeker: 'Dog gone', supporter: 'Sorry', similarity: 0.5 }];
    const assist = { exchanges: 1, bestOf: 2, found, candidates: [{ text: 'I hear', score: 1 }], chosen: 0, ms: 1000 };
    const { model, sent } = writing([' you.']);
    const changes = await rest(model, { ...TASK, origin: { ...ORIGIN, assist } });
    expect(sent[0]?.messages.map(({ content }) => content)).toEqual(expect.arrayContaining(['Dog gone', 'Sorry']));
    const { ms, ...note } = changes.at(-1)?.reply.assist ?? {};
    expect(note).toEqual({ exchanges: 1, bestOf: 2, found, candidates: assist.candidates, chosen: 0 });
    expect(ms).toBeGreaterThanOrEqual(1000);
  });

  it('is refused to another model, and to one that cannot', async () => {
    const { model, sent } = writing([' you.']);
    const other = { ...TASK, origin: { ...ORIGIN, modelId: 'other' } };
    await expect(rest(model, other)).rejects.toMatchObject({ code: 'unsupported' });
    const features = { ...model.info.features, resumes: false };
    const unable = { ...model, info: { ...model.info, features } };
    await expect(rest(unable)).rejects.toMatchObject({ code: 'unsupported' });
    expect(sent).toEqual([]);
  });
});
