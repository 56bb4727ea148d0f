import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../core/conversation/conversation.ts';
import { pathTo } from '../../core/conversation/tree.ts';
import { PAPER_DECODING } from '../../core/engine/engine.ts';
import { LabError } from '../../core/error.ts';
import type { LibraryEvent } from '../../lab/conversations.ts';
import { fakeModel } from '../../core/evaluation/testing/fake-model.ts';
import type { CrisisSignal } from '../../core/safety/kinds.ts';
import type { ChatDependencies } from './chat-dependencies.ts';
import { ChatState } from './chat-state.svelte.ts';
import type { ReplyStep, ReplyTask } from '../../lab/reply.ts';

/** A reply that grows a word whenever the test says so, and the conversations that were saved. */
function setUp({ loading = false } = {}) {
  const saved = new Map<string, Conversation>();
  const read: string[] = [];
  const requests: ReplyTask[] = [];
  const listeners: ((event: LibraryEvent) => void)[] = [];
  let words: ((word: string | null) => void) | undefined;
  let forgotten = 0;
  let seen: CrisisSignal | Error | undefined;
  const looked: string[] = [];
  const model = fakeModel();
  let load: () => void = () => undefined;
  const loaded = new Promise<void>((resolve) => (load = resolve));
  const dependencies: ChatDependencies = {
    conversations: {
      subscribe: (listener) => (listeners.push(listener), () => undefined),
      get: (id) => (read.push(id), Promise.resolve(saved.get(id))),
      save: (conversation) => Promise.resolve(void saved.set(conversation.id, conversation)),
      keepMessage: () => undefined,
    },
    models: {
      phase: loading ? 'loading' : 'ready',
      ensure: async (signal) => {
        if (!loading) return model;
        await new Promise<void>((resolve, reject) => {
          void loaded.then(resolve);
          signal.addEventListener('abort', () => reject(LabError.cancelled()), { once: true });
        });
        return model;
      },
    },
    nextOrigin: () => ({ modelId: 'fake', representation: 'keypos', decoding: { ...PAPER_DECODING, seed: 1 } }),
    async *writeReply(_model, request, signal): AsyncGenerator<ReplyStep> {
      requests.push(request);
      const step = (text: string, state: 'partial' | 'complete' | 'stopped'): ReplyStep => ({
        messages: [],
        promptTokens: null,
        change: { text, state, reply: request.origin },
      });
      let text = '';
      yield step(text, 'partial');
      for (;;) {
        const word = await new Promise<string | null>((resolve) => {
          words = resolve;
          signal.addEventListener('abort', () => resolve(null), { once: true });
        });
        if (word === null) break;
        text += word;
        yield step(text, 'partial');
      }
      yield step(text, signal.aborted ? 'stopped' : 'complete');
    },
    address: { show: () => undefined, forget: () => forgotten++ },
    systemPrompt: { get: () => 'Listen.', set: () => undefined },
    drafts: { read: () => '', write: () => undefined },
    classifyDanger: (text) => (looked.push(text), seen instanceof Error ? Promise.reject(seen) : Promise.resolve(seen)),
    firstReply: () => 'Are you safe?',
  };
  const chat = new ChatState(dependencies);
  chat.start();
  const settled = () => new Promise((resolve) => setTimeout(resolve, 5));
  return {
    chat,
    saved,
    read,
    looked,
    /** What the classifier will see. */
    sees: (signal: CrisisSignal | Error) => (seen = signal),
    requests,
    settled,
    /** The model is loaded. */
    load: async () => {
      load();
      await settled();
    },
    /** The person sends a message. */
    say: async (text: string) => {
      chat.draft = text;
      void chat.send();
      await settled();
    },
    emit: (event: LibraryEvent) => listeners.forEach((listener) => listener(event)),
    /** The reply gains a word, or ends. */
    write: async (word: string | null) => {
      await settled();
      words?.(word);
      await settled();
    },
    forgotten: () => forgotten,
    begin: async (text = 'Hello') => {
      await chat.open(null);
      chat.draft = text;
      void chat.send();
      await settled();
      const { conversation } = chat;
      if (!conversation) throw new Error('No conversation began.');
      return conversation.id;
    },
  };
}

describe('the chat during a reply', () => {
  it('keeps a new name and a new system prompt', async () => {
    const { chat, saved, begin, write } = setUp();
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

  it('leaves a conversation that is deleted, and does not bring it back', async () => {
    const { chat, saved, begin, write, emit, settled, forgotten } = setUp();
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

  it('keeps what had come of a reply when another conversation is opened', async () => {
    const { chat, saved, begin, write } = setUp();
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

  it('reads what another tab added once the reply is whole', async () => {
    const { read, begin, write, emit } = setUp();
    const id = await begin();
    emit({ type: 'changed', id, remote: true });
    await write('Hi.');
    expect(read).toEqual([]);
    await write(null);
    expect(read).toEqual([id]);
  });
});

describe('a message of danger', () => {
  it('is sent whole, folds the reply of the model and stays whole afterwards, also when edited and asked again', async () => {
    const { chat, begin, write, requests, settled } = setUp();
    await begin('I want to die');
    expect(chat.announcement).toContain('Are you safe?');
    await write('Cheer up.');
    await write(null);
    expect(chat.announcement).not.toContain('Cheer up.');
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

  it('brings the first reply, not the one of the model, into what is read later', async () => {
    const { chat, begin, write, requests, settled } = setUp();
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

describe('messages that are sent while the model loads', () => {
  const shown = (chat: ChatState) => chat.entries.map(({ text, folded }) => [text, folded]);

  it('are kept in order and get one reply', async () => {
    const { chat, saved, begin, say, load, write, requests } = setUp({ loading: true });
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
    expect(chat.announcement).toBe('Hi.');
    expect(chat).toMatchObject({ busy: false, error: null });
  });

  it('keep the fold, what the model reads and what is announced after danger', async () => {
    const { chat, begin, say, load, write, requests } = setUp({ loading: true });
    await begin('I want to die');
    const first = chat.announcement;
    expect(first).toContain('Are you safe?');
    await say('no');
    expect(chat.announcement).toBe(first);
    // The same first reply once more is a change, so it is spoken once more.
    await say('I will kill myself');
    expect(chat.announcement).not.toBe(first);
    expect(chat.announcement.trim()).toBe(first);
    await say('please');
    await load();
    await write('Cheer up.');
    await write(null);
    expect(chat.announcement.trim()).toBe(first);
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
    const { chat, begin, say, load, write, sees, looked } = setUp({ loading: true });
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
    expect(chat.announcement).toContain('Are you safe?');
  });

  it('are answered also where another version of a reply was asked for', async () => {
    const { chat, begin, write } = setUp();
    await begin('Hello');
    await write('Hi.');
    await write(null);
    const { conversation } = chat;
    if (!conversation) throw new Error('There is no conversation.');
    const later = setUp({ loading: true });
    later.saved.set(conversation.id, conversation);
    await later.chat.open(conversation.id);
    void later.chat.regenerate(later.chat.entries.at(-1)?.id ?? '');
    await later.say('I am still here.');
    await later.load();
    await later.write('Good.');
    await later.write(null);
    expect(shown(later.chat).map(([text]) => text)).toEqual(['Hello', 'Hi.', 'I am still here.', 'Good.']);
  });

  it('stay when the person stops waiting', async () => {
    const { chat, begin, say, settled, requests } = setUp({ loading: true });
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

describe('the classifier', () => {
  const noticed = (chat: ChatState): string | undefined =>
    [...(chat.conversation?.messages.values() ?? [])].find(({ speaker }) => speaker === 'seeker')?.noticed?.level;

  it('brings help late, and keeps it', async () => {
    const { chat, saved, begin, write, sees, looked } = setUp();
    sees({ level: 'danger', kinds: ['suicide'] });
    const id = await begin('I gave my cat to the neighbour, with all her things');
    expect(noticed(chat)).toBe('danger');
    expect(chat.announcement).toContain('Lines of people who can help');
    await write('Hm.');
    await write(null);
    // The model's own reply is not read aloud after it.
    expect(chat.announcement).toContain('Lines of people who can help');
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

  it('takes nothing back that the phrases saw, and is not asked where they saw danger', async () => {
    const { chat, begin, sees, looked } = setUp();
    sees({ level: 'none', kinds: [] });
    await begin('My brother attempted suicide');
    expect(noticed(chat)).toBe('concern');
    expect(looked).toEqual(['My brother attempted suicide']);
    const other = setUp();
    await other.begin('I want to die');
    expect(other.looked).toEqual([]);
  });

  it('may be missing', async () => {
    const { chat, begin, write, sees } = setUp();
    sees(new Error('offline'));
    await begin('Hello');
    await write('Hi.');
    await write(null);
    expect(noticed(chat)).toBeUndefined();
    expect(chat.error).toBeNull();
  });

  it('looks at the newest message of a conversation that is opened', async () => {
    const { chat, begin, write, sees, looked, settled } = setUp();
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
