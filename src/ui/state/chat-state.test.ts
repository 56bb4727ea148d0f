import { describe, expect, it } from 'vitest';
import { pathTo } from '../../core/conversation/tree.ts';
import type { ChatState } from './chat-state.svelte.ts';
import { setUpChat } from './testing/chat.ts';

describe('the chat during a reply', () => {
  it('keeps a new name and a new system prompt', async () => {
    const { chat, saved, begin, write } = setUpChat();
    const id = await begin();
    await write('Hi ');
    await chat.rename(id, 'My name for it');
    chat.setSystemPrompt('Be brief.');
    await write('there.');
    await write(null);
    expect(saved.get(id)).toMatchObject({ title: 'My name for it', systemPrompt: 'Be brief.' });
    expect(saved.get(id)).toBe(chat.conversation);
    expect(chat.entries.map(({ text }) => text)).toEqual(['Hello', 'Hi there.']);
    expect(chat.busy).toBe(false);
  });

  it('leaves a conversation that is deleted, and does not restore it', async () => {
    const { chat, saved, begin, write, emit, settled, forgotten } = setUpChat();
    const id = await begin();
    await write('Hi ');
    saved.delete(id);
    emit({ type: 'deleted', id, remote: false });
    await settled();
    expect(chat.conversation).toBeNull();
    expect(chat.busy).toBe(false);
    expect(chat.error).toBeNull();
    expect(saved.has(id)).toBe(false);
    expect(forgotten()).toBe(1);
  });

  it('keeps what had arrived of a reply when another conversation is opened', async () => {
    const { chat, saved, begin, write } = setUpChat();
    const first = await begin('One');
    await write('Half a ');
    await chat.open(null);
    expect(chat.conversation).toBeNull();
    const conversation = saved.get(first);
    expect(conversation && pathTo(conversation).map(({ text, state }) => [text, state])).toEqual([
      ['One', 'complete'],
      ['Half a ', 'stopped'],
    ]);
    const second = await begin('Two');
    expect(second).not.toBe(first);
    expect(chat.entries[0]?.text).toBe('Two');
  });

  it('reads what another tab added once the reply is complete', async () => {
    const { read, begin, write, emit } = setUpChat();
    const id = await begin();
    emit({ type: 'changed', id, remote: true });
    await write('Hi.');
    expect(read).toEqual([]);
    await write(null);
    expect(read).toEqual([id]);
  });
});

describe('while a reply is awaited', () => {
  it('the page knows how much is read, and screen readers hear that somebody writes', async () => {
    const { chat, begin, write } = setUpChat();
    await begin();
    expect(chat.writing).toMatchObject({ text: '', reads: 54 });
    expect(chat.announcer.text).toBe('The supporter is writing.');
    await write('Hi.');
    await write(null);
    expect(chat.announcer.text).toBe('Hi.');
    await begin('I can’t take it anymore');
    // Help matters more.
    expect(chat.announcer.text).toBe('Hi.');
    expect(chat.announcer.alert).toBe('People who can help are listed under your message.');
  });
});

describe('messages that are sent while the model loads', () => {
  const shown = (chat: ChatState) => chat.entries.map(({ text, folded }) => [text, folded]);

  it('are kept in order and get one reply', async () => {
    const { chat, saved, begin, say, load, write, requests } = setUpChat({ loading: true });
    const id = await begin('Hello');
    await say('I moved last week.');
    await say('It is quiet here.');
    expect(chat).toMatchObject({ busy: true, maySend: true, draft: '' });
    expect(saved.get(id)?.messages.size).toBe(3);
    await load();
    expect(chat.maySend).toBe(false);
    await say('Are you there?');
    expect(chat.draft).toBe('Are you there?');
    await write('Hi.');
    await write(null);
    expect(requests.map(({ utterances }) => utterances.map(({ text }) => text))).toEqual([
      ['Hello', 'I moved last week.', 'It is quiet here.'],
    ]);
    expect(shown(chat)).toEqual([
      ['Hello', false],
      ['I moved last week.', false],
      ['It is quiet here.', false],
      ['Hi.', false],
    ]);
    expect(chat.announcer.text).toBe('Hi.');
    expect(chat).toMatchObject({ busy: false, error: null });
  });

  it('do not change the fold, the context or the announcement after danger', async () => {
    const { chat, begin, say, load, write, requests } = setUpChat({ loading: true });
    await begin('I want to die');
    const first = chat.announcer.alert;
    expect(first).toContain('Are you safe?');
    await say('no');
    expect(chat.announcer.alert).toBe(first);
    // A repeated first reply counts as a change, so it is announced again.
    await say('I will kill myself');
    expect(chat.announcer.alert).not.toBe(first);
    expect(chat.announcer.alert.trim()).toBe(first);
    await say('please');
    await load();
    await write('Cheer up.');
    await write(null);
    expect(chat.announcer.alert.trim()).toBe(first);
    expect(requests.at(-1)?.utterances).toEqual([
      { speaker: 'seeker', text: 'I want to die', whole: true },
      { speaker: 'supporter', text: 'Are you safe?', whole: true },
      { speaker: 'seeker', text: 'no', whole: true },
      { speaker: 'seeker', text: 'I will kill myself', whole: true },
      { speaker: 'supporter', text: 'Are you safe?', whole: true },
      { speaker: 'seeker', text: 'please', whole: true },
    ]);
    expect(chat.entries.map(({ folded }) => folded)).toEqual([false, false, false, false, true]);
  });

  it('are all read by the classifier', async () => {
    const { chat, begin, say, load, write, sees, looked } = setUpChat({ loading: true });
    await begin('I gave my cat away');
    await say('She likes the neighbour.');
    sees({ level: 'danger', kinds: ['suicide'] });
    await load();
    await write('Hm.');
    await write(null);
    expect(looked).toEqual(['I gave my cat away', 'She likes the neighbour.']);
    expect(chat.entries.map(({ signal, folded }) => [signal.level, folded])).toEqual([
      ['danger', false],
      ['danger', false],
      ['none', true],
    ]);
    expect(chat.announcer.alert).toContain('Are you safe?');
  });

  it('are answered even if another version of a reply was requested', async () => {
    const { chat, begin, write } = setUpChat();
    await begin('Hello');
    await write('Hi.');
    await write(null);
    const { conversation } = chat;
    if (!conversation) throw new Error('There is no conversation.');
    const later = setUpChat({ loading: true });
    later.saved.set(conversation.id, conversation);
    await later.chat.open(conversation.id);
    void later.chat.regenerate(later.chat.entries.at(-1)?.id ?? '');
    await later.say('I am still here.');
    await later.load();
    await later.write('Good.');
    await later.write(null);
    expect(shown(later.chat).map(([text]) => text)).toEqual(['Hello', 'Hi.', 'I am still here.', 'Good.']);
  });

  it('are kept when the person stops waiting', async () => {
    const { chat, begin, say, settled, requests } = setUpChat({ loading: true });
    await begin('Hello');
    await say('Are you there?');
    chat.stop();
    await settled();
    expect(chat).toMatchObject({ busy: false, maySend: true, error: null });
    expect(shown(chat)).toEqual([
      ['Hello', false],
      ['Are you there?', false],
    ]);
    expect(requests).toEqual([]);
  });
});

describe('a rating', () => {
  it('is kept with the reply, changed and taken back', async () => {
    const { chat, saved, begin, write } = setUpChat();
    const id = await begin();
    await write('Hello.');
    await write(null);
    const reply = chat.entries.at(-1)?.id ?? '';
    chat.rate(reply, { liked: false, why: 'cold' });
    expect([chat.entries.at(-1)?.rating, saved.get(id)?.messages.get(reply)?.rating]).toEqual([
      { liked: false, why: 'cold' },
      { liked: false, why: 'cold' },
    ]);
    chat.rate(reply, undefined);
    expect(chat.entries.at(-1)?.rating).toBeUndefined();
  });
});

describe('a reply that ended early', () => {
  /** A chat with a reply that was cut, and its id. */
  async function cut() {
    const opened = setUpChat();
    const id = await opened.begin();
    await opened.write('I hear');
    await opened.write(null);
    const reply = opened.chat.entries.at(-1)?.id ?? '';
    opened.chat.rate(reply, { liked: true, why: 'warm' });
    return { ...opened, reply, stored: () => opened.saved.get(id)?.messages.get(reply) };
  }

  it('is resumed as the same message, from what it was written from, and keeps its rating', async () => {
    const { chat, reply, write, requests, stored, settled } = await cut();
    void chat.resume(reply);
    await settled();
    expect(chat.writing).toMatchObject({ id: reply, text: 'I hear' });
    await write(' you.');
    expect(chat.entries.map((entry) => chat.textOf(entry))).toEqual(['Hello', 'I hear you.']);
    await write(null);
    const [first, rest] = requests;
    expect(rest).toEqual({ ...first, reply: 'I hear' });
    expect(stored()).toMatchObject({ text: 'I hear you.', state: 'complete', rating: { liked: true, why: 'warm' } });
    expect(chat.entries.map(({ versions }) => versions.count)).toEqual([1, 1]);
    // Screen readers have heard the beginning.
    expect(chat.announcer.text).toBe('you.');
  });

  it('stays as it was if nothing more arrives before a stop or an error', async () => {
    const { chat, reply, write, stored, settled } = await cut();
    const before = stored();
    void chat.resume(reply);
    await settled();
    chat.stop();
    await settled();
    expect(stored()).toEqual(before);
    void chat.resume(reply);
    await write(new Error('lost'));
    expect(stored()).toEqual(before);
    expect(chat.error?.message).toContain('lost');
  });

  it('keeps what arrived before a stop or an error, and the error offers to resume again', async () => {
    const { chat, reply, write, stored, requests, settled } = await cut();
    void chat.resume(reply);
    await write(' you');
    chat.stop();
    await settled();
    expect(stored()).toMatchObject({ text: 'I hear you', state: 'stopped' });
    void chat.resume(reply);
    await write(', and');
    await write(new Error('lost'));
    expect(stored()).toMatchObject({ text: 'I hear you, and', state: 'failed' });
    chat.retry();
    await write(' I stay.');
    await write(null);
    expect(stored()).toMatchObject({ text: 'I hear you, and I stay.', state: 'complete' });
    expect(requests.at(-1)).toMatchObject({ reply: 'I hear you, and' });
    expect(chat.entries).toHaveLength(2);
  });
});
