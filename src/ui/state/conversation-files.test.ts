import { describe, expect, it, vi } from 'vitest';
import { headOf } from '../../core/conversation/conversation.ts';
import {
  importConversations,
  MOST_MESSAGES,
  type ConversationImportProgress,
} from '../../core/conversation/exchange.ts';
import { append, createConversation, regenerate, update } from '../../core/conversation/tree.ts';
import { LabError, throwIfCancelled } from '../../core/error.ts';
import { speak } from '../texts/in-use.svelte.ts';
import { LOAD_TEXTS } from '../texts/load.ts';
import { conversationOf, conversationsOver } from './testing/conversations.ts';
import { deferred, settled } from './testing/fakes.ts';

describe('an import', () => {
  const file = (name: string) => new File(['[]'], name);
  const problem = (what: string) => ({
    ...{ number: 2, title: '', what, where: 'conversation 2' },
    fault: { kind: 'field', field: '', says: what } as const,
  });

  it('says how many are new and how many were already here', async () => {
    const added = [headOf(conversationOf('x'))];
    const { conversations, toasts } = conversationsOver({
      library: { import: () => Promise.resolve({ added, alreadyHere: ['a', 'b'], problems: [] } as never) },
    });
    await conversations.importFiles([file('one.json')]);
    expect(toasts.texts()).toEqual(['1 conversation imported, 2 already here.']);
    expect(conversations.error).toBeNull();
  });

  it('names the first problem, and how many more there are', async () => {
    const problems = [problem('It has no messages.'), problem('It is no object.'), problem('It is no object.')];
    const { conversations } = conversationsOver({
      library: { import: () => Promise.resolve({ added: [], alreadyHere: [], problems }) },
    });
    await conversations.importFiles([file('one.json')]);
    expect(conversations.error?.message).toBe(
      'one.json, conversation 2: It has no messages. 2 more were left out as well. ' +
        'The valid conversations were imported. Correct the file to get the rest.',
    );
  });

  it('names the file that is no export, of several', async () => {
    const { conversations } = conversationsOver({
      library: {
        import: async (text, { file } = {}) => ({
          ...(await importConversations(text, { file })),
          added: [],
          alreadyHere: [],
        }),
      },
    });
    await conversations.importFiles([file('holiday.json')]);
    expect(conversations.error?.message).toMatch(/^holiday\.json: It is not an export of conversations/);
  });

  it.each([
    ['de', /gültigen Gespräche/],
    ['es', /conversaciones válidas/],
  ] as const)('says in %s what is wrong, where, and what to do', async (language, todo) => {
    speak(language, (await LOAD_TEXTS[language]()).catalogue);
    const bad = { id: 'c', title: 'Bad', createdAt: 1, updatedAt: 1, systemPrompt: '', leaf: null };
    const said = (id: string, parent: string | null) =>
      ({ id, parent, speaker: 'seeker', text: 'x', createdAt: 1, state: 'complete' }) as const;
    const records = [
      null,
      bad,
      { ...bad, leaf: 'gone', messages: [] },
      { ...bad, messages: [said('twin', null), said('twin', null)] },
      { ...bad, messages: [said('a', 'b'), said('b', 'a')] },
      { ...bad, messages: [said('a', 'lost')] },
      { ...bad, messages: new Array(MOST_MESSAGES + 1).fill(null) },
    ];
    const facts = [/./, /messages/, /gone/, /twin/, /[ab]/, /lost/, /100[.\s\u00a0]001/];
    const texts = [...records.map((record) => [record]), [null, null, null]].map((conversations) =>
      JSON.stringify({ format: 'solace-lab/conversations', version: 1, conversations }),
    );
    const broken = ['', '{}', '{"format":"solace-lab/conversations","version":9,"conversations":[]}'];
    for (const [i, text] of [...texts, ...broken].entries()) {
      const { conversations } = conversationsOver({
        library: {
          import: async (_, { file } = {}) => ({
            ...(await importConversations(text, { file })),
            added: [],
            alreadyHere: [],
          }),
        },
      });
      await conversations.importFiles([file('mine.json')]);
      const detail = conversations.error?.detail;
      expect(detail).toMatchObject({ translated: true, where: expect.stringMatching(/^mine\.json/) });
      const words = `${detail?.what} ${detail?.todo}`;
      expect(words).not.toMatch(/\b(?:the|it|is|has|was|messages? (?:follows|have)|more were|expected|choose)\b/i);
      expect(detail?.what).toMatch(facts[i] ?? /./);
      if (i < texts.length) expect(detail?.todo).toMatch(todo);
    }
    speak('en', null);
  });

  it('takes away what an earlier import left out, and nothing else, and says what is being read', async () => {
    const reading = deferred();
    const outcomes = [Promise.reject(new Error('no JSON')), reading.promise];
    const { conversations } = conversationsOver({
      library: {
        import: async () => {
          await outcomes.shift();
          return { added: [], alreadyHere: [], problems: [] };
        },
      },
    });
    await conversations.importFiles([file('broken.json')]);
    expect(conversations.error?.message).toContain('no JSON');
    const second = conversations.importFiles([file('sound.json')]);
    expect(conversations.error).toBeNull();
    await settled();
    expect(conversations.importing).toEqual({ file: 'sound.json', progress: null });
    const full = new LabError({ code: 'quota', what: 'There is no room.' });
    conversations.error = full;
    reading.resolve();
    await second;
    expect([conversations.importing, conversations.error]).toEqual([null, full]);
  });

  /** An import that reaches `progress` and then waits for what the test does next. */
  function reaching(progress: ConversationImportProgress) {
    const rest = deferred();
    const signals: (AbortSignal | undefined)[] = [];
    const made = conversationsOver({
      library: {
        import: async (_, { signal, onProgress } = {}) => {
          signals.push(signal);
          onProgress?.(progress);
          await rest.promise;
          throwIfCancelled(signal);
          return { added: [], alreadyHere: [], problems: [] };
        },
      },
    });
    return { ...made, rest, signals };
  }
  const middle = { added: 1200, alreadyHere: 300, done: 1500, of: 2000 };

  it('shows how far it is, also while a search runs, and says what stays when it is cancelled', async () => {
    const { conversations, toasts, rest, signals } = reaching(middle);
    const importing = conversations.importFiles([file('many.json'), file('next.json')]);
    await vi.waitFor(() => expect(conversations.importing?.progress).toEqual(middle));
    await conversations.refresh();
    conversations.query = 'words';
    expect(conversations.searching).toBe(true);
    expect(conversations.importing).toEqual({ file: 'many.json', progress: middle });
    await settled();
    expect(conversations.searching).toBe(false);
    expect(conversations.importing?.file).toBe('many.json');
    conversations.cancelImport();
    rest.resolve();
    await importing;
    expect(signals).toHaveLength(1);
    expect([conversations.importing, conversations.error]).toEqual([null, null]);
    expect(toasts.texts()).toEqual([
      'Import stopped after 1,500 of 2,000: 1,200 conversations imported, 300 already here. They stay here.',
    ]);
  });

  it('says what stays when there is no more room, and that nothing was imported when that is so', async () => {
    const { conversations, toasts, rest } = reaching(middle);
    const full = conversations.importFiles([file('many.json')]);
    rest.reject(new LabError({ code: 'quota', what: 'There is no room.' }));
    await full;
    expect(conversations.error?.code).toBe('quota');
    expect(toasts.texts()).toEqual([expect.stringContaining('1,200 conversations imported')]);
    const early = reaching({ added: 0, alreadyHere: 0, done: 1, of: 2 });
    const none = early.conversations.importFiles([file('many.json')]);
    early.conversations.cancelImport();
    early.rest.resolve();
    await none;
    expect(early.toasts.texts()).toEqual(['Import stopped. Nothing was imported.']);
  });

  it('ends before all conversations are deleted, here or in another tab, and says so', async () => {
    const here = reaching(middle);
    const order: string[] = [];
    here.rest.promise.then(
      () => order.push('last part stored'),
      () => undefined,
    );
    here.library.removeAll = () => Promise.resolve(void order.push('deleted'));
    const importing = here.conversations.importFiles([file('many.json'), file('next.json')]);
    await vi.waitFor(() => expect(here.conversations.importing?.progress).toEqual(middle));
    const deleting = here.conversations.removeAll();
    await settled();
    expect(order).toEqual([]);
    here.rest.resolve();
    await Promise.all([importing, deleting]);
    expect(order).toEqual(['last part stored', 'deleted']);
    expect([here.signals.length, here.conversations.error]).toEqual([1, null]);
    expect(here.toasts.texts()).toEqual(['Import stopped, because all conversations are being deleted.']);

    const remote = reaching(middle);
    remote.conversations.start();
    const other = remote.conversations.importFiles([file('many.json')]);
    await vi.waitFor(() => expect(remote.signals).toHaveLength(1));
    for (const id of ['one', null]) {
      remote.emit({ type: 'deleted', id, remote: true });
      expect(remote.signals[0]?.aborted).toBe(id === null);
    }
    remote.rest.resolve();
    await other;
    expect(remote.toasts.texts()).toEqual(here.toasts.texts());

    const announced = reaching(middle);
    announced.conversations.start();
    const third = announced.conversations.importFiles([file('many.json')]);
    await vi.waitFor(() => expect(announced.signals).toHaveLength(1));
    announced.emit({ type: 'deleting', id: null, remote: true });
    expect(announced.signals[0]?.aborted).toBe(true);
    announced.rest.resolve();
    await third;
  });

  it('ends in all tabs before everything is erased', async () => {
    const { conversations, rest, signals, calls } = reaching(middle);
    const importing = conversations.importFiles([file('many.json')]);
    await vi.waitFor(() => expect(signals).toHaveLength(1));
    const ended = conversations.endImports();
    // Other tabs are told at once, not after this tab's last part.
    expect([calls.includes('endImports'), signals[0]?.aborted]).toEqual([true, true]);
    rest.resolve();
    await Promise.all([importing, ended]);
  });

  it('of files chosen after everything was deleted is not ended', async () => {
    const { conversations, rest, signals, emit } = reaching(middle);
    conversations.start();
    await conversations.removeAll();
    const later = conversations.importFiles([file('many.json')]);
    await vi.waitFor(() => expect(signals).toHaveLength(1));
    emit({ type: 'deleted', id: null, remote: false });
    rest.resolve();
    await later;
    expect(signals[0]?.aborted).toBe(false);
  });

  it('waits for the one before it', async () => {
    const { conversations, rest, signals } = reaching(middle);
    const first = conversations.importFiles([file('one.json')]);
    const second = conversations.importFiles([file('two.json')]);
    await vi.waitFor(() => expect(signals).toHaveLength(1));
    expect(conversations.importing?.file).toBe('one.json');
    rest.resolve();
    await Promise.all([first, second]);
    expect(signals).toHaveLength(2);
  });

  it('continues with the next file after a broken one', async () => {
    const outcomes = [
      Promise.reject(new Error('no JSON')),
      Promise.resolve({ added: [], alreadyHere: [], problems: [] }),
    ];
    const { conversations, toasts } = conversationsOver({
      library: { import: () => outcomes.shift() ?? Promise.reject(new Error()) },
    });
    await conversations.importFiles([file('broken.json'), file('sound.json')]);
    expect(conversations.error?.message).toContain('The file could not be imported (no JSON).');
    expect(toasts.shown).toHaveLength(1);
  });
});

describe('ratings of replies', () => {
  it('are saved as preference pairs, or it is said that there are none yet', async () => {
    const unreadable = new LabError({ code: 'bad-file', what: 'A conversation is damaged.' });
    const none = conversationsOver({ library: { all: () => Promise.reject(unreadable) } });
    await none.conversations.exportPreferences();
    expect([none.saved, none.conversations.error?.code]).toEqual([[], 'bad-file']);
    const begun = append(createConversation('Listen.'), { speaker: 'seeker', text: 'I am tired' }).conversation;
    const first = append(begun, { speaker: 'supporter', text: 'Rest.' });
    const second = regenerate(first.conversation, first.message.id, undefined);
    const rated = (liked: boolean) =>
      Promise.resolve([
        update(update(second.conversation, first.message.id, { rating: { liked: true, why: '' } }), second.message.id, {
          text: 'Sleep.',
          rating: { liked, why: 'cold' },
        }),
      ]);
    const alike = conversationsOver({ library: { all: () => rated(true) } });
    await alike.conversations.exportPreferences();
    expect(alike.toasts.texts()).toEqual([expect.stringContaining('There is no pair yet.')]);
    const pair = conversationsOver({ library: { all: () => rated(false) } });
    await pair.conversations.exportPreferences();
    const [[name = '', text = '[]'] = []] = pair.saved as string[][];
    expect(name).toMatch(/^solace-preferences-.*\.json$/);
    expect(JSON.parse(text)).toMatchObject([
      {
        chosen: [{ role: 'assistant', content: 'Rest.' }],
        rejected: [{ content: 'Sleep.' }],
        why: { rejected: 'cold' },
      },
    ]);
  });
});
