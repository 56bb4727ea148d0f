import { describe, expect, it } from 'vitest';
import type { ReplyOrigin } from '../../core/conversation/conversation.ts';
import {
  append,
  createConversation,
  editAndBranch,
  regenerate,
  selectSibling,
  update,
} from '../../core/conversation/tree.ts';
import { PAPER_DECODING } from '../../core/engine/engine.ts';
import { helpedEntry, mayResume, pageEntries, type ReplyNote } from './page-entries.ts';

const reply: ReplyOrigin = { modelId: 'm', representation: 'keypos', decoding: { ...PAPER_DECODING, seed: 7 } };

function dialogue() {
  const asked = append(createConversation(), { speaker: 'seeker', text: 'I am sad.' });
  const answered = append(asked.conversation, { speaker: 'supporter', text: 'I hear you.', reply });
  return { conversation: answered.conversation, question: asked.message, answer: answered.message };
}

describe('the entries of a page', () => {
  it('follow the shown branch and count versions', () => {
    const { conversation, question, answer } = dialogue();
    const again = regenerate(conversation, answer.id, reply);
    expect(pageEntries(again.conversation, again.message.id)).toMatchObject([
      { id: question.id, versions: { index: 0, count: 1 }, reply: null },
      { id: again.message.id, writing: true, versions: { index: 1, count: 2 }, reply: { end: null, seed: 7 } },
    ]);
    const back = selectSibling(again.conversation, answer.id);
    expect(pageEntries(back, null)[1]).toMatchObject({ id: answer.id, versions: { index: 0, count: 2 } });
  });

  it('leave what followed an edited message on its own branch', () => {
    const { conversation, question } = dialogue();
    const edited = editAndBranch(conversation, question.id, 'I am glad.');
    expect(pageEntries(edited.conversation, null).map((entry) => entry.text)).toEqual(['I am glad.']);
  });

  it('fold the reply after a message of danger, even when the person wrote more in between', () => {
    const texts = [
      ['seeker', 'I want to die'],
      ['seeker', 'no'],
      ['supporter', 'Cheer up.'],
      ['seeker', 'ok'],
      ['supporter', 'Good.'],
    ] as const;
    const path = texts.reduce(
      (grown, [speaker, text]) => append(grown, { speaker, text }).conversation,
      createConversation(),
    );
    expect(pageEntries(path, null).map(({ folded }) => folded)).toEqual([false, false, true, false, false]);
  });

  it('show help with the newest message of the person that calls for it, until it is hidden', () => {
    const asked = append(createConversation(), { speaker: 'seeker', text: 'I want to die' });
    const answered = append(asked.conversation, { speaker: 'supporter', text: 'Cheer up.', reply });
    const { id } = asked.message;
    const shown = new Set<string>();
    expect(helpedEntry(pageEntries(answered.conversation, null), shown)?.id).toBe(id);
    expect(helpedEntry(pageEntries(answered.conversation, null), new Set([id]))).toBeUndefined();
    const calm = append(answered.conversation, { speaker: 'seeker', text: 'Thank you.' });
    expect(helpedEntry(pageEntries(calm.conversation, null), shown)).toBeUndefined();
  });

  it('stay the same objects where nothing changed, so that a message costs the same at any length', () => {
    const { conversation, answer } = dialogue();
    const [question, said] = pageEntries(conversation, null);
    const { conversation: grown } = append(conversation, { speaker: 'seeker', text: 'Thank you.' });
    expect(
      pageEntries(grown, null)
        .slice(0, 2)
        .map((entry, i) => entry === [question, said][i]),
    ).toEqual([true, true]);
    const rated = pageEntries(update(grown, answer.id, { rating: { liked: true, why: '' } }), null);
    expect([rated[0] === question, rated[1] === said, rated[1]?.rating?.liked]).toEqual([true, false, true]);
    expect(pageEntries(conversation, answer.id)[1]).toMatchObject({ writing: true });
    expect(pageEntries(regenerate(grown, answer.id, reply).conversation, null)[1]?.versions.count).toBe(2);
  });

  it('tell what was done around the model, and its strategy', () => {
    const assist = { exchanges: 0, bestOf: 2, candidates: [{ text: 'a', score: 1 }], chosen: 0 };
    const { conversation, answer } = dialogue();
    const note = (change: Partial<ReplyOrigin>) =>
      pageEntries(update(conversation, answer.id, { reply: { ...reply, ...change } }), null)[1]?.reply;
    expect(note({})).toMatchObject({ assist: null, strategy: null });
    expect(note({ assist, strategy: 'Others' })).toMatchObject({ assist, strategy: 'Others' });
  });

  it('say why a reply is incomplete', () => {
    const { conversation, answer } = dialogue();
    const end = (change: Parameters<typeof update>[2]) =>
      pageEntries(update(conversation, answer.id, change), null)[1]?.reply?.end;
    expect(end({})).toBeNull();
    expect(end({ state: 'partial' })).toBe('lost');
    expect(end({ state: 'failed' })).toBe('lost');
    expect(end({ state: 'failed', text: '' })).toBe('nothing');
    expect(end({ state: 'stopped' })).toBe('stopped');
    expect(end({ reply: { ...reply, reason: 'length' } })).toBe('length');
    expect(end({ reply: { ...reply, reason: 'content-filter' } })).toBe('filtered');
    expect(end({ reply: { ...reply, reason: 'stop', resumedAt: [4] } })).toBeNull();
  });

  it('can be resumed where text was cut, stopped or interrupted, and tell how often they were', () => {
    const { conversation, answer } = dialogue();
    const note = (change: Parameters<typeof update>[2]): ReplyNote => {
      const entry = pageEntries(update(conversation, answer.id, change), null)[1];
      if (!entry?.reply) throw new Error('The reply has no note.');
      return entry.reply;
    };
    const resumable = [{ state: 'stopped' }, { state: 'failed' }, { reply: { ...reply, reason: 'length' } }] as const;
    const others = [{}, { state: 'failed', text: '' }, { reply: { ...reply, reason: 'content-filter' } }] as const;
    expect(resumable.map((change) => mayResume(note(change)))).toEqual([true, true, true]);
    expect(others.map((change) => mayResume(note(change)))).toEqual([false, false, false]);
    expect([note({}).resumed, note({ reply: { ...reply, resumedAt: [4, 9] } }).resumed]).toEqual([0, 2]);
  });
});
