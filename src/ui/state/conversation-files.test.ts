import { describe, expect, it } from 'vitest';
import { headOf } from '../../core/conversation/conversation.ts';
import { append, createConversation, regenerate, update } from '../../core/conversation/tree.ts';
import { LabError } from '../../core/error.ts';
import { conversationOf, conversationsOver } from './testing/conversations.ts';
import { deferred, settled } from './testing/fakes.ts';

describe('an import', () => {
  const file = (name: string) => new File(['[]'], name);
  const problem = (what: string) => ({ what, where: 'conversation 2' });

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
    expect(conversations.busy).toEqual({ importing: 'sound.json' });
    const full = new LabError({ code: 'quota', what: 'There is no room.' });
    conversations.error = full;
    reading.resolve();
    await second;
    expect([conversations.busy, conversations.error]).toEqual([null, full]);
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
