import { describe, expect, it } from 'vitest';
import { append, createConversation } from '../../core/conversation/tree.ts';
import { PAPER_DECODING, type LoadedModel } from '../../core/engine/engine.ts';
import { LabError } from '../../core/error.ts';
import { fakeModel } from '../../core/evaluation/testing/fake-model.ts';
import type { WrittenReply } from '../../lab/index.ts';
import { LookInside } from './look-inside.svelte.ts';
import { settled } from './testing/fakes.ts';

function setUp(fault?: LabError) {
  const asked: WrittenReply[] = [];
  const begun = append(createConversation('Listen.'), { speaker: 'seeker', text: 'My cat ran away' }).conversation;
  const { conversation, message } = append(begun, {
    speaker: 'supporter',
    text: 'Oh no.',
    reply: { modelId: 'fake', representation: 'keypos', decoding: { ...PAPER_DECODING, seed: 1 } },
  });
  const look = new LookInside(
    {
      models: { use: (_: AbortSignal, work: (model: LoadedModel) => Promise<unknown>) => work(fakeModel()) } as never,
      look: (_, task) => {
        asked.push(task);
        if (fault) return Promise.reject(fault);
        return Promise.resolve([{ id: 1, text: 'Oh', logprob: -1, top: [{ id: 1, text: 'Oh', logprob: -1 }] }]);
      },
      async *weigh(_, _task, signal) {
        yield { weight: { word: 'My', gain: 0.1 }, of: 3 };
        yield { weight: { word: 'away', gain: 0.4 }, of: 3 };
        await new Promise<void>((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(LabError.cancelled())),
        );
      },
      firstReply: () => 'Are you safe?',
    },
    conversation,
    message.id,
  );
  return { look, asked };
}

describe('a look inside a reply', () => {
  it('asks with what the reply was written from, and shows its tokens', async () => {
    const { look, asked } = setUp();
    await look.look();
    expect(asked).toMatchObject([
      {
        systemPrompt: 'Listen.',
        utterances: [{ speaker: 'seeker', text: 'My cat ran away', whole: false }],
        origin: { representation: 'keypos' },
        reply: 'Oh no.',
      },
    ]);
    expect([look.tokens.map(({ text }) => text), look.busy]).toEqual([['Oh'], null]);
  });

  it('weighs words only when asked, heaviest first, and keeps what it has when it is stopped', async () => {
    const { look } = setUp();
    expect(look.toWeigh).toBeNull();
    const weighing = look.weigh();
    await settled();
    expect([look.busy, look.toWeigh]).toEqual(['weighing', 3]);
    look.stop();
    await weighing;
    expect(look.weights.map(({ word }) => word)).toEqual(['away', 'My']);
    expect([look.busy, look.error]).toEqual([null, null]);
  });

  it('says why it is not possible', async () => {
    const { look } = setUp(new LabError({ code: 'unsupported', what: 'This model cannot score text.' }));
    await look.look();
    expect(look.error?.code).toBe('unsupported');
  });
});
