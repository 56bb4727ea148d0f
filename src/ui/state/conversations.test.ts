import { describe, expect, it } from 'vitest';
import { headOf, type ConversationHead } from '../../core/conversation/conversation.ts';
import { append, createConversation } from '../../core/conversation/tree.ts';
import { LabError } from '../../core/error.ts';
import { conversationOf, conversationsOver } from './testing/conversations.ts';
import { deferred, settled, type Deferred } from './testing/fakes.ts';

const titles = (heads: readonly ConversationHead[]) => heads.map(({ title }) => title);

describe('the list of conversations', () => {
  it('does nothing before it is started', async () => {
    const { calls, emit } = conversationsOver();
    emit({ type: 'changed', id: 'c', remote: true });
    await settled();
    expect(calls).toEqual([]);
  });

  it('follows what this and other tabs store', async () => {
    const { conversations, stored, emit } = conversationsOver();
    conversations.start();
    await settled();
    expect(conversations.heads).toEqual([]);
    const conversation = conversationOf('Hello', 'First');
    stored.set(conversation.id, conversation);
    emit({ type: 'changed', id: conversation.id, remote: true });
    await settled();
    expect(titles(conversations.heads)).toEqual(['First']);
  });

  it('reads once more for any number of changes during a read', async () => {
    const reading = deferred<ConversationHead[]>();
    let count = 0;
    const { conversations } = conversationsOver({ library: { list: () => (count++, reading.promise) } });
    const first = conversations.refresh();
    void conversations.refresh();
    void conversations.refresh();
    reading.resolve([]);
    await first;
    expect(count).toBe(2);
  });

  it('shows those that match the newest query, whichever answer arrives first', async () => {
    const answers = new Map<string, Deferred<ConversationHead[]>>();
    const head = (title: string) => headOf(conversationOf('x', title));
    const { conversations } = conversationsOver({
      library: {
        list: (query = '') => {
          if (!query) return Promise.resolve([head('all')]);
          const answer = deferred<ConversationHead[]>();
          answers.set(query, answer);
          return answer.promise;
        },
      },
    });
    conversations.query = 'one';
    await settled();
    conversations.query = 'two';
    answers.get('one')?.resolve([head('one')]);
    await settled();
    answers.get('two')?.resolve([head('two')]);
    await settled();
    expect([conversations.query, titles(conversations.shown), titles(conversations.heads)]).toEqual([
      'two',
      ['two'],
      ['all'],
    ]);
  });

  it('drops a search when other words are typed, and says while one runs', async () => {
    const signals: AbortSignal[] = [];
    const { conversations, stored } = conversationsOver({
      library: {
        list: (query = '', signal) => {
          if (!query || !signal) return Promise.resolve([...stored.values()].map(headOf));
          signals.push(signal);
          return new Promise((_, reject) => signal.addEventListener('abort', () => reject(LabError.cancelled())));
        },
      },
    });
    const { conversation } = append(createConversation('Listen.'), { speaker: 'seeker', text: 'Hello' });
    stored.set(conversation.id, conversation);
    conversations.query = 'nowhere';
    await settled();
    expect([signals.length, conversations.searching]).toEqual([1, true]);
    conversations.query = '';
    await settled();
    expect(signals[0]?.aborted).toBe(true);
    expect([conversations.searching, conversations.error, conversations.shown]).toEqual([
      false,
      null,
      [headOf(conversation)],
    ]);
  });

  it('searches words once that are typed while it is read, and does not read it again for other words', async () => {
    const reading = deferred<ConversationHead[]>();
    const asked: string[] = [];
    const { conversations, emit } = conversationsOver({
      library: { list: (query = '') => (asked.push(query), query ? Promise.resolve([]) : reading.promise) },
    });
    conversations.start();
    await settled();
    conversations.query = 'apricot';
    reading.resolve([]);
    await settled();
    expect(asked).toEqual(['', 'apricot']);
    conversations.query = 'plum';
    await settled();
    expect(asked).toEqual(['', 'apricot', 'plum']);
    emit({ type: 'changed', id: 'c', remote: true });
    await settled();
    expect(asked).toEqual(['', 'apricot', 'plum', '', 'plum']);
  });

  it('says that it could not be read', async () => {
    const { conversations } = conversationsOver({ library: { list: () => Promise.reject(new Error('closed')) } });
    await conversations.refresh();
    expect(conversations.error?.message).toContain('The conversations could not be read (closed).');
  });
});

describe('a conversation', () => {
  it('that was deleted is restored by undo', async () => {
    const { conversations, stored, toasts } = conversationsOver();
    const conversation = conversationOf('Hello', 'First');
    await conversations.save(conversation);
    await conversations.remove(conversation.id);
    expect(stored.size).toBe(0);
    expect(toasts.texts()).toEqual(['Deleted “First”.']);
    await toasts.undo();
    expect(await conversations.get(conversation.id)).toBe(conversation);
  });

  it('that cannot be restored shows an error', async () => {
    const { conversations, toasts } = conversationsOver({ library: { add: () => Promise.reject(new Error('full')) } });
    const conversation = conversationOf('Hello');
    await conversations.save(conversation);
    await conversations.remove(conversation.id);
    await toasts.undo();
    expect(conversations.error?.message).toContain('The conversation could not be restored (full).');
  });

  it('that another tab has already deleted causes no error', async () => {
    const { conversations, toasts } = conversationsOver();
    await conversations.remove('unknown');
    expect([toasts.shown, conversations.error]).toEqual([[], null]);
  });

  it('that could not be saved in the background shows an error', () => {
    const { conversations, emit } = conversationsOver();
    conversations.start();
    const error = new LabError({ code: 'quota', what: 'The disk is full.' });
    emit({ type: 'unsaved', id: 'c', error });
    expect(conversations.error).toBe(error);
  });

  it('passes on a growing reply, and saves the rest of it before the page closes', async () => {
    const { conversations, calls } = conversationsOver();
    conversations.keepMessage('c', conversationOf('x').messages.values().next().value as never);
    await conversations.flush();
    expect(calls).toEqual(['keepMessage c', 'flush']);
  });
});

describe('without storage', () => {
  it('says so once, instead of an error for each save', async () => {
    const { conversations, storage, lose } = conversationsOver({
      library: { save: () => Promise.reject(new Error('no database')) },
    });
    const conversation = conversationOf('Hello');
    await expect(conversations.save(conversation)).rejects.toThrow('no database');
    lose();
    await conversations.save(conversation);
    expect([storage.missing, conversations.error]).toEqual([true, null]);
  });

  it('is detected by reading', async () => {
    const { conversations, storage } = conversationsOver({ missing: true });
    await conversations.refresh();
    expect([storage.missing, conversations.error]).toEqual([true, null]);
  });
});

describe('all conversations', () => {
  it('are deleted when asked, and a failure is shown', async () => {
    const { conversations, stored } = conversationsOver();
    await conversations.save(conversationOf('Hello'));
    await conversations.removeAll();
    expect(stored.size).toBe(0);
    const failing = conversationsOver({
      library: { removeAll: () => Promise.reject(new Error('locked')) },
    }).conversations;
    await failing.removeAll();
    expect(failing.error?.message).toContain('The conversations could not be deleted (locked).');
  });

  it('are exported to a file named after the day', async () => {
    const { conversations, saved } = conversationsOver();
    await conversations.exportAll();
    expect(saved.map(([name, content]) => [name.replace(/\d/g, '0'), content])).toEqual([
      ['solace-conversations-0000-00-00.json', '{}'],
    ]);
  });
});
