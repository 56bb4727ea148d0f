import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Conversation, Message } from './conversation.ts';
import { exportConversations, importConversations, MOST_MESSAGES } from './exchange.ts';
import { searchConversations } from './search.ts';
import { titleFrom } from './title.ts';
import {
  append,
  createConversation,
  editAndBranch,
  pathTo,
  regenerate,
  rename,
  selectSibling,
  siblingsOf,
  update,
} from './tree.ts';
import type { Clock } from './tree.ts';

function testClock(start = 0): Clock {
  let ticks = start;
  return { now: () => ++ticks, newId: () => `id-${++ticks}` };
}

const REPLY: Message['reply'] = {
  modelId: 'tiny',
  representation: 'keypos',
  tagger: 'wink',
  decoding: { temperature: 0.7, topP: 0.95, topK: 50, maxNewTokens: 128, seed: 7 },
};

/** A conversation built by random operations. */
const grown = fc
  .array(fc.tuple(fc.nat(3), fc.nat(), fc.string({ unit: 'binary', maxLength: 12 })), { maxLength: 25 })
  .map((steps) => {
    const clock = testClock();
    let conversation = createConversation('Listen.', clock);
    for (const [kind, pick, text] of steps) {
      const ids = [...conversation.messages.keys()];
      const id = ids[pick % Math.max(ids.length, 1)];
      if (kind === 0 || id === undefined)
        conversation = append(conversation, { speaker: 'seeker', text }, { clock }).conversation;
      else if (kind === 1) conversation = editAndBranch(conversation, id, text, clock).conversation;
      else if (kind === 2) conversation = regenerate(conversation, id, REPLY, clock).conversation;
      else conversation = selectSibling(conversation, id);
    }
    return conversation;
  });

describe('the tree', () => {
  const clock = testClock();
  const start = createConversation('Listen.', clock);
  const first = append(start, { speaker: 'seeker', text: 'I lost my job' }, { clock });
  const reply = append(first.conversation, { speaker: 'supporter', text: 'I am sorry' }, { clock });

  it('appends after the leaf and names itself after the first message', () => {
    expect(pathTo(reply.conversation).map(({ text }) => text)).toEqual(['I lost my job', 'I am sorry']);
    expect(reply.conversation.title).toBe('I lost my job');
    expect(start.messages.size).toBe(0);
  });

  it('keeps every version when a message is edited or a reply is regenerated', () => {
    const again = regenerate(reply.conversation, reply.message.id, REPLY, clock);
    expect(again.message).toMatchObject({ state: 'partial', text: '', reply: REPLY, speaker: 'supporter' });
    const written = update(again.conversation, again.message.id, { text: 'Tell me more', state: 'complete' });
    expect(siblingsOf(written, again.message.id).map(({ text }) => text)).toEqual(['I am sorry', 'Tell me more']);
    const edited = editAndBranch(written, first.message.id, 'I found a job', clock);
    expect(pathTo(edited.conversation).map(({ text }) => text)).toEqual(['I found a job']);
    expect(pathTo(selectSibling(edited.conversation, first.message.id)).map(({ text }) => text)).toEqual([
      'I lost my job',
      'Tell me more',
    ]);
  });

  it('refuses to work on a message it does not have', () => {
    expect(() => append(start, { speaker: 'seeker', text: '' }, { parent: 'nobody', clock })).toThrow(
      /no message "nobody"/,
    );
    expect(() => selectSibling(start, '__proto__')).toThrow(/no message/);
  });

  it('is renamed, and named after its first message again', () => {
    const named = rename(reply.conversation, '  Work \n worries ');
    expect(named.title).toBe('Work worries');
    expect(rename(named, ' ').title).toBe('I lost my job');
  });

  it('always shows a path from a first message to the leaf; versions share a parent', () => {
    fc.assert(
      fc.property(grown, (conversation) => {
        const path = pathTo(conversation);
        expect(path.at(-1)?.id ?? null).toBe(conversation.leaf);
        path.forEach((message, index) => {
          expect(message.parent).toBe(path[index - 1]?.id ?? null);
          expect(siblingsOf(conversation, message.id)).toContain(message);
        });
        for (const id of conversation.messages.keys()) {
          expect(pathTo(selectSibling(conversation, id)).map((message) => message.id)).toContain(id);
        }
      }),
    );
  });

  it('walks a branch of 50,000 messages', async () => {
    const messages = new Map<string, Message>();
    for (let i = 0; i < 50_000; i++) {
      messages.set(`m${i}`, {
        id: `m${i}`,
        parent: i === 0 ? null : `m${i - 1}`,
        speaker: 'seeker',
        text: 'x',
        createdAt: i,
        state: 'complete',
      });
    }
    const long = selectSibling({ ...start, messages }, 'm0');
    expect(long.leaf).toBe('m49999');
    expect(pathTo(long)).toHaveLength(50_000);
    const back = (await importConversations(exportConversations([long]))).conversations[0];
    expect(back?.messages.size).toBe(50_000);
  });
});

describe('titles', () => {
  it.each([
    ['  I am\nsad ', 'I am sad'],
    ['', ''],
    ['word '.repeat(30), `${'word '.repeat(11).trim()} word…`],
    ['👩‍👩‍👧'.repeat(61), `${'👩‍👩‍👧'.repeat(60)}…`],
  ])('%j gives %j', (text, title) => expect(titleFrom(text)).toBe(title));
});

describe('search', () => {
  it('ignores case and diacritics, and requires every word somewhere', () => {
    const clock = testClock();
    const a = append(
      createConversation('', clock),
      { speaker: 'seeker', text: 'My café is CLOSED' },
      { clock },
    ).conversation;
    const b = rename(
      append(createConversation('', clock), { speaker: 'seeker', text: 'closed' }, { clock }).conversation,
      'Résumé',
    );
    const titles = (query: string) => searchConversations([a, b], query).map(({ title }) => title);
    expect(titles('closed')).toEqual(['My café is CLOSED', 'Résumé']);
    expect(titles('CAFE clos')).toEqual(['My café is CLOSED']);
    expect(titles('resume closed')).toEqual(['Résumé']);
    expect(titles('')).toHaveLength(2);
    expect(titles('nowhere')).toEqual([]);
  });
});

const sound = (): Conversation =>
  append(createConversation('', testClock()), { speaker: 'seeker', text: 'hi' }, { clock: testClock(50) }).conversation;
const fileOf = (...conversations: unknown[]) =>
  JSON.stringify({ format: 'solace-lab/conversations', version: 1, conversations });
/** A place where this one is already. */
const having = (here: Conversation) => () => Promise.resolve(new Map([[here.id, here]]));
const recordOf = (conversation: Conversation) => ({ ...conversation, messages: [...conversation.messages.values()] });

describe('export and import', () => {
  it('imports what it exported', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(grown, { maxLength: 3 }), async (conversations) => {
        const named = conversations.map((conversation, index) => ({ ...conversation, id: `c${index}` }));
        const { conversations: back, problems } = await importConversations(exportConversations(named));
        expect(problems).toEqual([]);
        expect(back).toEqual(named);
      }),
    );
  });

  it.each([
    [
      { promptTokens: -5, newTokens: 3, firstTokenMs: 1, decodeMs: 1 },
      { promptTokens: null, newTokens: 3, firstTokenMs: 1, decodeMs: 1 },
    ],
    [
      { promptTokens: 1e300, newTokens: 3, firstTokenMs: 1, decodeMs: 1 },
      { promptTokens: null, newTokens: 3, firstTokenMs: 1, decodeMs: 1 },
    ],
    [{ promptTokens: 5, newTokens: 5.5, firstTokenMs: 1, decodeMs: 1 }, undefined],
    [{ promptTokens: 5, newTokens: 5, firstTokenMs: NaN, decodeMs: -1 }, undefined],
  ])('imports a conversation that was stored with the statistics %j', async (stats, expected) => {
    const start = sound();
    const said = append(
      start,
      { speaker: 'supporter', text: 'Hello', reply: { ...(REPLY as object), stats } as Message['reply'] },
      { clock: testClock(70) },
    ).conversation;
    const { conversations, problems } = await importConversations(exportConversations([said]), {
      existing: having(said),
      newId: () => 'new',
    });
    expect(problems).toEqual([]);
    // It exists already, message for message, whatever the statistics.
    expect(conversations).toEqual([]);
    expect((await importConversations(fileOf(recordOf(said)))).problems).toEqual([]);
    const [again] = (await importConversations(fileOf(recordOf(said)))).conversations;
    expect(again?.messages.get(said.leaf ?? '')?.reply?.stats).toEqual(expected);
  });

  it('keeps a message whose reply cannot be read', async () => {
    const said = append(
      sound(),
      { speaker: 'supporter', text: 'Hello', reply: { modelId: 'm' } as Message['reply'] },
      { clock: testClock(70) },
    ).conversation;
    const { conversations, problems } = await importConversations(exportConversations([said]));
    expect(problems).toEqual([]);
    expect(conversations[0]?.messages.get(said.leaf ?? '')).toMatchObject({ text: 'Hello', speaker: 'supporter' });
  });

  it('imports nothing twice and overwrites nothing', async () => {
    const here = sound();
    const file = exportConversations([here]);
    const again = await importConversations(file, { existing: having(here) });
    expect(again).toMatchObject({ conversations: [], alreadyHere: ['hi'] });
    const grownHere = append(here, { speaker: 'supporter', text: 'hello' }, { clock: testClock(100) }).conversation;
    const fork = fileOf(recordOf(grownHere));
    const { conversations } = await importConversations(fork, { existing: having(here), newId: () => 'fresh' });
    expect(conversations[0]?.id).toBe('fresh');
    const twins = await importConversations(fileOf(recordOf(here), recordOf(grownHere)), { newId: () => 'other' });
    expect(twins.conversations.map(({ id }) => id)).toEqual([here.id, 'other']);
  });

  it.each([
    ['', /not JSON/],
    ['{"format":"solace-lab/conver', /not JSON/],
    ['null', /not an export/],
    ['[]', /not an export/],
    ['{"format":"other","version":1,"conversations":[]}', /not an export.*format/],
    ['{"format":"solace-lab/conversations","version":2,"conversations":[]}', /version is 2/],
    ['{"format":"solace-lab/conversations","version":1,"conversations":{"__proto__":1}}', /conversations/],
    ['['.repeat(200_000), /not JSON/],
  ])('refuses the file %#', async (text, message) => {
    await expect(importConversations(text)).rejects.toThrow(message);
    await expect(importConversations(text)).rejects.toMatchObject({ code: 'bad-file' });
  });

  const message = { id: 'a', parent: null, speaker: 'seeker', text: 'x', createdAt: 1, state: 'complete' };
  const head = { id: 'c', title: 'Bad', createdAt: 1, updatedAt: 1, systemPrompt: '', leaf: 'a' };
  it.each([
    [null, /expected object/],
    [{ ...head }, /messages/],
    [{ ...head, leaf: 'z', messages: [message] }, /last message "z" is missing/],
    [{ ...head, messages: [message, message] }, /Two messages have the id "a"/],
    [{ ...head, messages: [{ ...message, parent: 'a' }] }, /follows itself/],
    [
      {
        ...head,
        messages: [
          { ...message, parent: 'b' },
          { ...message, id: 'b', parent: 'a' },
        ],
      },
      /circle/,
    ],
    [{ ...head, messages: [{ ...message, parent: 'gone' }] }, /"gone", which is missing/],
    [{ ...head, messages: [{ ...message, speaker: 'system' }] }, /messages\[0\]\.speaker/],
    [{ ...head, messages: [{ ...message, createdAt: null }] }, /messages\[0\]\.createdAt/],
    [{ ...head, messages: [{ ...message, createdAt: Number.NaN }] }, /createdAt/],
    [{ ...head, messages: [{ ...message, createdAt: 1e300 }] }, /createdAt/],
    [{ ...head, messages: [{ ...message, text: 5 }] }, /text/],
    [{ ...head, id: '', messages: [message] }, /id/],
    [{ ...head, messages: new Array(MOST_MESSAGES + 1).fill(null) }, /at most 100000/],
  ])('names what is wrong with record %# and keeps the valid ones', async (record, what) => {
    const { conversations, problems } = await importConversations(fileOf(record, recordOf(sound())));
    expect(conversations.map(({ title }) => title)).toEqual(['hi']);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.what).toMatch(what);
    expect(problems[0]?.where).toMatch(/^conversation 1/);
  });

  it('is not fooled by prototype keys, and keeps lone surrogates', async () => {
    const record = {
      ...head,
      id: '__proto__',
      leaf: 'constructor',
      messages: [{ ...message, id: 'constructor', text: '\ud800' }],
    };
    const text = fileOf(record).replace('"title"', '"__proto__":{"polluted":true},"title"');
    const { conversations, problems } = await importConversations(text);
    expect(problems).toEqual([]);
    expect(conversations[0]?.messages.get('constructor')?.text).toBe('\ud800');
    expect(Object.hasOwn(conversations[0] ?? {}, 'polluted')).toBe(false);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('survives any JSON in the place of a conversation', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (record) => {
        const { conversations, problems } = await importConversations(fileOf(record));
        expect(conversations.length + problems.length).toBe(1);
      }),
    );
  });
});
