import { describe, expect, it } from 'vitest';
import { append, createConversation } from '../../core/conversation/tree.ts';
import { loadLanguages } from '../../core/safety/crisis.ts';
import type { ChatState } from './chat-state.svelte.ts';
import { noticedLate } from './danger-check.ts';
import { setUpChat } from './testing/chat.ts';

describe('a message of danger', () => {
  it('is sent whole, now and later, also when edited or answered again, and folds the reply of the model', async () => {
    const { chat, begin, write, requests, settled } = setUpChat();
    await begin('I want to die');
    expect(chat.announcer.alert).toContain('Are you safe?');
    await write('Cheer up.');
    await write(null);
    expect(chat.announcer.text).not.toContain('Cheer up.');
    expect(chat.entries.map(({ folded, signal }) => [folded, signal.level])).toEqual([
      [false, 'danger'],
      [true, 'none'],
    ]);
    void chat.regenerate(chat.entries[1]?.id ?? '');
    await write('Think of something nice.');
    await write(null);
    expect(chat.entries.map(({ folded, versions }) => [folded, versions.count])).toEqual([
      [false, 1],
      [true, 2],
    ]);
    void chat.edit(chat.entries[0]?.id ?? '', 'I want to kill myself');
    await settled();
    expect(requests.map(({ utterances }) => utterances)).toEqual([
      [{ speaker: 'seeker', text: 'I want to die', whole: true }],
      [{ speaker: 'seeker', text: 'I want to die', whole: true }],
      [{ speaker: 'seeker', text: 'I want to kill myself', whole: true }],
    ]);
    expect(chat.entries.map(({ folded }) => folded)).toEqual([false, true]);
  });

  it('puts the first reply, not that of the model, into later contexts', async () => {
    const { chat, begin, write, requests, settled } = setUpChat();
    await begin('I want to die');
    expect(chat.saidWith('no').map(({ key, text, whole }) => [key === 'draft', text, whole])).toEqual([
      [false, 'I want to die', true],
      [false, 'Are you safe?', true],
      [true, 'no', true],
    ]);
    await write('Cheer up.');
    await write(null);
    chat.draft = 'I went for a walk.';
    void chat.send();
    await settled();
    expect(requests.at(-1)?.utterances).toEqual([
      { speaker: 'seeker', text: 'I want to die', whole: true },
      { speaker: 'supporter', text: 'Are you safe?', whole: true },
      { speaker: 'seeker', text: 'I went for a walk.', whole: true },
    ]);
    // The panel shows the same.
    expect(chat.said.map(({ text }) => text)).toEqual(['I want to die', 'Are you safe?', 'I went for a walk.']);
    await write(null);
    void chat.edit(chat.entries[0]?.id ?? '', 'I want to sleep');
    await settled();
    expect(requests.at(-1)?.utterances).toEqual([{ speaker: 'seeker', text: 'I want to sleep', whole: false }]);
    await write('Good night.');
    await write(null);
    expect(chat.entries.map(({ folded }) => folded)).toEqual([false, false]);
  });
});

describe('a message in another language', () => {
  it('is judged before it is answered, however fast it is sent, and what is typed meanwhile is kept', async () => {
    let arrive = (): void => undefined;
    const ready = new Promise<void>((resolve) => (arrive = resolve)).then(loadLanguages);
    const { chat, settled } = setUpChat({ languages: { ready: () => ready } });
    await chat.open(null);
    chat.draft = 'Je veux mourir';
    void chat.send();
    void chat.send();
    chat.draft = 'no';
    await settled();
    expect([chat.entries.map(({ text }) => text), chat.draft]).toEqual([['Je veux mourir'], 'no']);
    void chat.send();
    chat.draft = 'and';
    await settled();
    expect(chat.announcer.alert).toBe('');
    arrive();
    await ready;
    await settled();
    expect(chat.entries.map(({ text, signal }) => [text, signal.level])).toEqual([
      ['Je veux mourir', 'danger'],
      ['no', 'none'],
      ['', 'none'],
    ]);
    expect(chat.draft).toBe('and');
    expect(chat.title).toMatch(/^Conversation of /);
    expect(chat.announcer.alert).toContain('Are you safe?');
  });
});

describe('the classifier', () => {
  const noticed = (chat: ChatState): string | undefined =>
    [...(chat.conversation?.messages.values() ?? [])].find(({ speaker }) => speaker === 'seeker')?.noticed?.level;

  it('shows help late, and keeps it', async () => {
    const { chat, saved, begin, write, sees, looked } = setUpChat();
    sees({ level: 'danger', kinds: ['suicide'] });
    const id = await begin('I gave my cat to the neighbour, with all her things');
    expect(noticed(chat)).toBe('danger');
    expect(chat.announcer.alert).toContain('People who can help');
    await write('Hm.');
    await write(null);
    // The model's own reply is not announced after it.
    expect(chat.announcer.alert).toContain('People who can help');
    expect(chat.announcer.text).not.toContain('Hm.');
    expect([...(saved.get(id)?.messages.values() ?? [])].map(({ noticed: what }) => what?.level)).toEqual([
      'danger',
      undefined,
    ]);
    sees({ level: 'none', kinds: [] });
    await chat.open(null);
    await chat.open(id);
    expect(noticed(chat)).toBe('danger');
    expect(looked).toHaveLength(1);
  });

  it('withdraws nothing that the phrases found, and is not asked where they found danger', async () => {
    const { chat, begin, sees, looked } = setUpChat();
    sees({ level: 'none', kinds: [] });
    await begin('My brother attempted suicide');
    expect(noticed(chat)).toBe('concern');
    expect(looked).toEqual(['My brother attempted suicide']);
    const other = setUpChat();
    await other.begin('I want to die');
    expect(other.looked).toEqual([]);
  });

  it('may be missing', async () => {
    const { chat, begin, write, sees } = setUpChat();
    sees(new Error('offline'));
    await begin('Hello');
    await write('Hi.');
    await write(null);
    expect(noticed(chat)).toBeUndefined();
    expect(chat.error).toBeNull();
  });

  it('checks the newest message of a conversation that is opened', async () => {
    const { chat, begin, write, sees, looked, settled } = setUpChat();
    const id = await begin('I gave my cat away');
    await write(null);
    await chat.open(null);
    sees({ level: 'concern', kinds: ['suicide'] });
    await chat.open(id);
    await settled();
    expect(looked).toEqual(['I gave my cat away', 'I gave my cat away']);
    expect(noticed(chat)).toBe('concern');
  });
});

describe('danger that is noticed late', () => {
  it('takes the words out of the name of the conversation', async () => {
    await loadLanguages();
    const { conversation, message } = append(createConversation(), { speaker: 'seeker', text: 'Je veux mourir' });
    // As it was written before the phrases of its language had arrived.
    const unnoticed = { ...message };
    delete unnoticed.noticed;
    const messages = new Map([[message.id, unnoticed]]);
    const quoted = { ...conversation, title: 'Je veux mourir', messages };
    const late = noticedLate(quoted, unnoticed);
    expect([late?.title, late?.messages.get(message.id)?.noticed?.level]).toEqual([conversation.title, 'danger']);
    expect(late?.title).toMatch(/^Conversation of /);
    // A name that the person chose stays.
    expect(noticedLate({ ...quoted, title: 'My evening' }, unnoticed)?.title).toBe('My evening');
    expect(noticedLate(conversation, message)).toBeUndefined();
    expect(noticedLate(null, unnoticed)).toBeUndefined();
  });
});
