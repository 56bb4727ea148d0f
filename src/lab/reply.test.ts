import { expect, it } from 'vitest';
import type { Assist } from '../core/assist/assist.ts';
import { messageSchema } from '../core/conversation/conversation.ts';
import { PAPER_DECODING, type StreamEvent } from '../core/engine/engine.ts';
import { fakeModel } from '../core/evaluation/testing/fake-model.ts';
import type { ChatMessage } from '../core/context/message.ts';
import { LabError } from '../core/error.ts';
import { compress } from './compression.ts';
import { writeReply, type ReplyStep } from './reply.ts';

const said = [{ speaker: 'seeker' as const, text: 'My sister left' }];
const FOUND = { dialogue: 'd', turn: 1, seeker: 'My brother left', supporter: 'Your brother.', similarity: 0.6 };

const assist: Assist = {
  similar: (_, count) => Promise.resolve(Array.from({ length: count }, (_, i) => ({ ...FOUND, turn: i }))),
  ranker: () => (replies) => Promise.resolve(replies.map((_, i) => i)),
};

async function reply(
  wanted: { exchanges: number; bestOf: number } | null,
  { open = () => Promise.resolve(assist), limit = null }: { open?: () => Promise<Assist>; limit?: number | null } = {},
): Promise<{ last: ReplyStep['change'] | undefined; heard: ChatMessage[][] }> {
  const heard: ChatMessage[][] = [];
  const model = fakeModel({ beforeReply: (messages) => void heard.push(messages) });
  const origin = {
    modelId: 'fake',
    representation: 'raw' as const,
    decoding: { ...PAPER_DECODING, maxNewTokens: 40, seed: 1 },
    ...(wanted && { assist: wanted }),
  };
  const tools = { tokenizer: () => Promise.resolve(model.tokenizer ?? null), limit, compress, assist: open };
  const task = { systemPrompt: '', utterances: said, origin };
  let last: ReplyStep['change'] | undefined;
  for await (const { change } of writeReply(model, task, tools, new AbortController().signal)) last = change;
  return { last, heard };
}

const plain = [{ role: 'user', content: 'My sister left' }];

it('A plain reply opens nothing and says nothing of assistance', async () => {
  const { last, heard } = await reply(null, { open: () => Promise.reject(new Error('must not be opened')) });
  expect(heard).toEqual([plain]);
  expect(last?.state).toBe('complete');
  expect(last?.reply).not.toHaveProperty('assist');
});

it('Similar exchanges come before the conversation and are noted', async () => {
  const { last, heard } = await reply({ exchanges: 2, bestOf: 1 });
  const pair = [
    { role: 'user', content: 'My brother left' },
    { role: 'assistant', content: 'Your brother.' },
  ];
  expect(heard).toEqual([[...pair, ...pair, ...plain]]);
  expect(last?.reply.assist).toMatchObject({ exchanges: 2, bestOf: 1, found: [{ turn: 0 }, { turn: 1 }] });
});

it('Exchanges are left out whole where they do not fit', async () => {
  const { last, heard } = await reply({ exchanges: 3, bestOf: 1 }, { limit: 120 });
  expect(heard).toEqual([plain]);
  expect(last?.reply.assist?.found).toEqual([]);
});

it('The best of four is noted with the others, and can be stored and read', async () => {
  const { last, heard } = await reply({ exchanges: 0, bestOf: 4 });
  expect(heard).toHaveLength(4);
  const { assist: note } = last?.reply ?? {};
  expect(note).toMatchObject({ chosen: 3, found: [] });
  expect(note?.candidates?.[3]?.text).toBe(last?.text);
  const message = { id: 'm', parent: null, speaker: 'supporter', createdAt: 1, ...last };
  expect(messageSchema.parse(JSON.parse(JSON.stringify(message))).reply?.assist).toEqual(note);
});

it('Without its encoder the reply is plain, and says so', async () => {
  const failure = new LabError({ code: 'network', what: 'The encoder could not be fetched.' });
  const { last, heard } = await reply({ exchanges: 2, bestOf: 4 }, { open: () => Promise.reject(failure) });
  expect(heard).toEqual([plain]);
  expect(last).toMatchObject({
    state: 'complete',
    reply: { assist: { problem: 'The encoder could not be fetched.' } },
  });
});

it('A strategy that the model names is taken from the reply and noted', async () => {
  const model = fakeModel();
  model.stream = async function* (): AsyncGenerator<StreamEvent> {
    for (const text of ['(Clari', 'fication) Wh', 'en?']) yield { type: 'text', text };
    yield { type: 'done', reason: 'stop', stats: { promptTokens: 7, newTokens: 3, firstTokenMs: 1, decodeMs: 2 } };
  };
  const decoding = { ...PAPER_DECODING, maxNewTokens: 40, seed: 1 };
  const task = {
    systemPrompt: '',
    utterances: said,
    origin: { modelId: 'fake', representation: 'raw' as const, decoding },
  };
  const tools = { tokenizer: () => Promise.resolve(null), limit: null, compress };
  const steps: ReplyStep[] = [];
  for await (const step of writeReply(model, task, tools, new AbortController().signal)) steps.push(step);
  expect(steps.map(({ change }) => change.text)).toEqual(['', '', 'Wh', 'When?', 'When?']);
  expect(steps.at(-1)?.change.reply.strategy).toBe('Clarification');
});
