import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../core/conversation/conversation.ts';
import { append, createConversation } from '../../core/conversation/tree.ts';
import { setUpChat } from './testing/chat.ts';
import { deferred, settled } from './testing/fakes.ts';

const conversationOf = (text: string): Conversation =>
  append(createConversation('Be kind.'), { speaker: 'seeker', text }).conversation;

describe('a conversation that is opened', () => {
  it('shows its messages, its prompt and its draft', async () => {
    const { chat, saved } = setUpChat();
    const first = conversationOf('One');
    saved.set(first.id, first);
    await chat.open(null);
    chat.draft = 'for a new one';
    await chat.open(first.id);
    expect(chat).toMatchObject({ opening: false, draft: '', systemPrompt: 'Be kind.', title: 'One' });
    expect(chat.entries.map((entry) => chat.textOf(entry))).toEqual(['One']);
    chat.draft = 'for the first';
    await chat.open(null);
    expect(chat).toMatchObject({ draft: 'for a new one', systemPrompt: 'Listen.', title: 'New conversation' });
    await chat.open(first.id);
    expect(chat.draft).toBe('for the first');
  });

  it('is the last one requested, whichever is read first', async () => {
    const slow = deferred<Conversation | undefined>();
    const [first, second] = [conversationOf('One'), conversationOf('Two')];
    const { chat } = setUpChat({
      conversations: { get: (id) => (id === first.id ? slow.promise : Promise.resolve(second)) },
    });
    void chat.open(first.id);
    await chat.open(second.id);
    slow.resolve(first);
    await settled();
    expect([chat.conversation?.id, chat.opening]).toEqual([second.id, false]);
  });

  it('is said to be missing if it is not in this browser', async () => {
    const { chat, missing } = setUpChat();
    await chat.open('gone');
    expect([chat.conversation, missing(), chat.error]).toEqual([null, 1, null]);
  });

  it('shows an error if it cannot be read', async () => {
    const { chat } = setUpChat({ conversations: { get: () => Promise.reject(new Error('closed')) } });
    await chat.open('c');
    expect(chat.error?.message).toContain('The conversation could not be opened (closed).');
    expect(chat.opening).toBe(false);
  });
});

describe('another tab', () => {
  it('adds to the conversation while the branch that is shown stays', async () => {
    const { chat, saved, begin, write, emit } = setUpChat();
    const id = await begin('Hello');
    await write('Hi.');
    await write(null);
    const here = chat.conversation;
    const { conversation: theirs } = append(here ?? conversationOf(''), { speaker: 'seeker', text: 'From there' });
    saved.set(id, theirs);
    emit({ type: 'changed', id, remote: true });
    await settled();
    expect(chat.conversation?.messages.size).toBe(3);
    expect(chat.entries.map(({ text }) => text)).toEqual(['Hello', 'Hi.']);
  });

  it('deletes all conversations, and the page becomes an empty one', async () => {
    const { chat, begin, write, emit, forgotten } = setUpChat();
    await begin();
    await write(null);
    emit({ type: 'deleted', id: null, remote: true });
    expect([chat.conversation, forgotten()]).toEqual([null, 1]);
  });

  it('shows an error if it adds something that cannot be read', async () => {
    let broken = false;
    const { chat, begin, write, emit } = setUpChat({
      conversations: { get: () => (broken ? Promise.reject(new Error('closed')) : Promise.resolve(undefined)) },
    });
    const id = await begin();
    await write(null);
    broken = true;
    emit({ type: 'changed', id, remote: true });
    await settled();
    expect(chat.error?.message).toContain('What another tab added could not be read (closed).');
  });

  it('does not affect this conversation when it changes or fails to save others', async () => {
    const { chat, read, begin, write, emit } = setUpChat();
    await begin();
    await write(null);
    emit({ type: 'changed', id: 'other', remote: true });
    emit({ type: 'deleted', id: 'other', remote: true });
    await settled();
    expect([read, chat.conversation === null]).toEqual([[], false]);
  });
});

describe('versions', () => {
  it('of a message are shown on request, each with what followed it', async () => {
    const { chat, begin, write } = setUpChat();
    await begin('Hello');
    await write('Hi.');
    await write(null);
    await chat.edit(chat.entries[0]?.id ?? '', ' ');
    void chat.edit(chat.entries[0]?.id ?? '', 'Good morning');
    await write('Morning.');
    await write(null);
    chat.show(chat.entries[0]?.id ?? '', 0);
    await settled();
    expect(chat.entries.map(({ text }) => text)).toEqual(['Hello', 'Hi.']);
    chat.show(chat.entries[0]?.id ?? '', 9);
    expect(chat.entries.map(({ text }) => text)).toEqual(['Hello', 'Hi.']);
  });
});

describe('a name', () => {
  it('can be given to a conversation that is not on the page', async () => {
    const { chat, saved } = setUpChat();
    const first = conversationOf('One');
    saved.set(first.id, first);
    await chat.open(null);
    await chat.rename(first.id, 'Mine');
    await chat.rename('gone', 'Nothing');
    expect([saved.get(first.id)?.title, saved.size, chat.conversation]).toEqual(['Mine', 1, null]);
  });

  it('shows an error if it cannot be given', async () => {
    const { chat } = setUpChat({ conversations: { get: () => Promise.reject(new Error('closed')) } });
    await chat.rename('c', 'Mine');
    expect(chat.error?.message).toContain('The conversation could not be renamed (closed).');
  });
});

describe('a reply that fails', () => {
  it('leaves what had arrived, and is written again on request', async () => {
    const { chat, begin, write, shown } = setUpChat();
    const id = await begin('Hello');
    expect(shown).toEqual([id]);
    await write('Hi ');
    await write(new Error('device lost'));
    expect(chat.error?.message).toContain('The reply could not be written (device lost).');
    expect(chat.busy).toBe(false);
    expect([...(chat.conversation?.messages.values() ?? [])].map(({ text, state }) => [text, state])).toEqual([
      ['Hello', 'complete'],
      ['Hi ', 'failed'],
    ]);
    chat.retry();
    await write('Hi there.');
    await write(null);
    expect(chat.error).toBeNull();
    expect(chat.entries.map(({ text, versions }) => [text, versions.count])).toEqual([
      ['Hello', 1],
      ['Hi there.', 2],
    ]);
  });

  it('is no reason to lose a message that could not be saved', async () => {
    const { chat, begin } = setUpChat({ conversations: { save: () => Promise.reject(new Error('full')) } });
    await begin('Hello');
    expect(chat.entries.map(({ text }) => text)).toContain('Hello');
    expect(chat.error?.message).toContain('could not be saved; it is kept only on this page (full).');
  });
});
