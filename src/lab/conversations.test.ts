import { IDBObjectStore } from 'fake-indexeddb';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Conversation } from '../core/conversation/conversation.ts';
import { exportConversations } from '../core/conversation/exchange.ts';
import { append, createConversation, editAndBranch, pathTo, regenerate, update } from '../core/conversation/tree.ts';
import type { ConversationLibrary } from './conversations.ts';
import type { LibraryEvent } from './conversations.ts';
import { useLibraryTabs } from './testing/library-tabs.ts';

const tab = useLibraryTabs();
afterEach(() => vi.restoreAllMocks());

const said = (text: string, to: Conversation = createConversation('Listen.')): Conversation =>
  append(to, { speaker: 'seeker', text }).conversation;
const texts = (conversation: Conversation | undefined) => conversation && pathTo(conversation).map(({ text }) => text);
/** Waits until a message to another tab has arrived. */
const arrived = (library: ConversationLibrary) =>
  new Promise<LibraryEvent>((resolve) => {
    const end = library.subscribe((event) => {
      if (event.type === 'unsaved' || !event.remote) return;
      end();
      resolve(event);
    });
  });
const full = () => {
  throw new DOMException('full', 'QuotaExceededError');
};

describe('ConversationLibrary', () => {
  it('returns what was saved, on another visit', async () => {
    const conversation = said('I lost my job');
    await tab().save(conversation);
    expect(await tab().get(conversation.id)).toEqual(conversation);
    expect(await tab().get('nobody')).toBeUndefined();
  });

  it('lists the latest first, and searches titles and all branches', async () => {
    const library = tab();
    const older = said('My café closed');
    const branched = editAndBranch(older, older.leaf ?? '', 'Something else').conversation;
    await library.save(branched);
    await library.save({ ...said('About my exam'), updatedAt: branched.updatedAt + 10 });
    expect((await library.list()).map(({ title }) => title)).toEqual(['About my exam', 'My café closed']);
    expect((await library.list('CAFE')).map(({ title }) => title)).toEqual(['My café closed']);
    expect((await library.list('something')).map(({ title }) => title)).toEqual(['My café closed']);
    expect(await library.list('nowhere')).toEqual([]);
  });

  it('renames, deletes one, restores it, deletes all', async () => {
    const library = tab();
    const a = said('a');
    await library.save(a);
    await library.save(said('b'));
    await library.rename(a.id, 'Named');
    expect((await library.get(a.id))?.title).toBe('Named');
    const removed = await library.remove(a.id);
    expect(await library.get(a.id)).toBeUndefined();
    expect((await library.list()).map(({ title }) => title)).toEqual(['b']);
    if (removed) await library.add([removed]);
    expect(texts(await library.get(a.id))).toEqual(['a']);
    await library.removeAll();
    expect(await library.list()).toEqual([]);
    expect(await tab().get(a.id)).toBeUndefined();
  });

  it('loses at most the unfinished tail of a reply', async () => {
    const library = tab();
    const { conversation, message } = append(said('hi'), { speaker: 'supporter', text: '', state: 'partial' });
    await library.save(conversation);
    library.keepMessage(conversation.id, { ...message, text: 'Tell me' });
    await new Promise((resolve) => setTimeout(resolve, 30));
    library.keepMessage(conversation.id, { ...message, text: 'Tell me more' });
    // The page closes here: nobody waits for the second save.
    const after = await tab().get(conversation.id);
    expect(after?.messages.get(message.id)).toMatchObject({ text: 'Tell me', state: 'partial' });
    await library.save(update(conversation, message.id, { text: 'Tell me more.', state: 'complete' }));
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect((await tab().get(conversation.id))?.messages.get(message.id)?.text).toBe('Tell me more.');
  });

  it('keeps what two tabs add to one conversation, and notifies each of the other', async () => {
    const [one, two] = [tab(), tab()];
    const start = said('hi');
    await one.save(start);
    const seen = await two.get(start.id);
    expect(seen).toEqual(start);
    const heard = arrived(two);
    await one.save(append(start, { speaker: 'supporter', text: 'from one' }).conversation);
    expect(await heard).toEqual({ type: 'changed', id: start.id, remote: true });
    await two.save(append(start, { speaker: 'supporter', text: 'from two' }).conversation);
    await one.rename(start.id, 'Named in one');
    await two.save(said('more', append(start, { speaker: 'supporter', text: 'again from two' }).conversation));
    const stored = await tab().get(start.id);
    expect([...(stored?.messages.values() ?? [])].map(({ text }) => text).sort()).toEqual(
      ['again from two', 'from one', 'from two', 'hi', 'more'].sort(),
    );
    expect(stored?.title).toBe('Named in one');
  });

  it('does not restore what another tab deleted', async () => {
    const [one, two] = [tab(), tab()];
    const { conversation, message } = append(said('hi'), { speaker: 'supporter', text: '', state: 'partial' });
    await one.save(conversation);
    await two.get(conversation.id);
    const heard = arrived(one);
    await two.remove(conversation.id);
    expect(await heard).toEqual({ type: 'deleted', id: conversation.id, remote: true });
    one.keepMessage(conversation.id, { ...message, text: 'late' });
    await expect(one.save(conversation)).rejects.toMatchObject({ code: 'not-found' });
    await one.flush();
    expect(await tab().list()).toEqual([]);
    expect(await tab().get(conversation.id)).toBeUndefined();
  });

  it('tells other tabs before it deletes all, and nothing of an import there stays', async () => {
    const [here, other] = [tab(), tab()];
    const heard: string[] = [];
    const stop = new AbortController();
    other.subscribe(({ type }) => {
      heard.push(type);
      if (type === 'deleting') stop.abort();
    });
    const clear = vi.spyOn(IDBObjectStore.prototype, 'clear');
    const file = exportConversations(Array.from({ length: 400 }, (_, i) => said(`Message ${i}`)));
    // The part that the other tab stores waits in the database until the deletion is over.
    const add = other.add.bind(other);
    const late = vi.spyOn(other, 'add').mockImplementationOnce(async (part) => {
      await here.removeAll();
      await add(part);
    });
    await expect(other.import(file, { signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(late).toHaveBeenCalledTimes(1);
    expect(clear).toHaveBeenCalled();
    expect(heard[0]).toBe('deleting');
    await here.flush();
    expect(await tab().list()).toEqual([]);
  });

  it('holds a conversation in memory if there is no room, and saves it once there is', async () => {
    const library = tab();
    await library.save(said('small'));
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(full);
    const big = said('big');
    await expect(library.save(big)).rejects.toMatchObject({
      code: 'quota',
      detail: { todo: expect.stringMatching(/Export/) },
    });
    expect(await library.get(big.id)).toEqual(big);
    expect((await library.list()).map(({ title }) => title).sort()).toEqual(['big', 'small']);
    expect(await library.export()).toContain('"big"');
    const events: LibraryEvent[] = [];
    library.subscribe((event) => events.push(event));
    const small = (await library.list('small'))[0];
    const message = [...((await library.get(small?.id ?? ''))?.messages.values() ?? [])][0];
    if (small && message) library.keepMessage(small.id, message);
    await library.flush();
    expect(events).toMatchObject([{ type: 'unsaved', error: { code: 'quota' } }]);
    put.mockRestore();
    await library.remove(small?.id ?? '');
    await library.flush();
    expect(await tab().get(big.id)).toEqual(big);
  });

  it('works in memory if the browser has no storage', async () => {
    Reflect.deleteProperty(globalThis, 'indexedDB');
    const library = tab();
    const conversation = said('hi');
    await expect(library.save(conversation)).rejects.toMatchObject({ code: 'unsupported' });
    expect(await library.get(conversation.id)).toEqual(conversation);
    expect(await library.list()).toHaveLength(1);
  });

  it('exports and imports', async () => {
    const library = tab();
    const a = said('a');
    await library.save(a);
    await library.save(said('b'));
    const one = await library.export([a.id]);
    const all = await library.export();
    expect(await library.import(all)).toMatchObject({ added: [], problems: [] });
    await library.remove(a.id);
    expect((await library.import(one)).added.map(({ title }) => title)).toEqual(['a']);
    const grown = said('more', a);
    await library.save(grown);
    expect(await library.import(one)).toMatchObject({ added: [], alreadyHere: ['a'] });
    expect(texts(await library.get(a.id))).toEqual(['a', 'more']);
    await expect(library.import('nonsense')).rejects.toMatchObject({ code: 'bad-file' });
    expect(await library.list()).toHaveLength(2);
  });

  /** A file of this many conversations, as another browser wrote it. */
  async function fileOf(many: number): Promise<string> {
    const from = tab();
    await from.add(Array.from({ length: many }, (_, i) => said(`day ${i}`)));
    const file = await from.export();
    await from.removeAll();
    return file;
  }

  it('imports thousands of conversations in parts, of which the browser stores each or nothing', async () => {
    const [file, library] = [await fileOf(1200), tab()];
    const put = IDBObjectStore.prototype.put;
    let writes = 0;
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...given) {
      const request = put.apply(this, given);
      if (++writes === 1500) this.transaction.abort();
      return request;
    });
    const told: number[] = [];
    const onProgress = ({ added }: { added: number }) => void told.push(added);
    await expect(library.import(file, { onProgress })).rejects.toBeInstanceOf(Error);
    // 150 of one message and a head each are stored at a time.
    expect(told).toEqual([150, 300, 450, 600]);
    const kept = await tab().all();
    expect(kept.map(({ messages }) => messages.size)).toEqual(new Array(600).fill(1));
    vi.restoreAllMocks();
    // The same file brings the rest.
    const rest = await library.import(file);
    expect([rest.added.length, rest.alreadyHere.length]).toEqual([600, 600]);
    expect(await tab().list()).toHaveLength(1200);
  });

  it('keeps what was imported before an import is cancelled', async () => {
    const [file, library, stop] = [await fileOf(700), tab(), new AbortController()];
    const import_ = library.import(file, {
      signal: stop.signal,
      onProgress: ({ done, of }) => {
        expect(of).toBe(700);
        if (done === 300) stop.abort();
      },
    });
    await expect(import_).rejects.toMatchObject({ code: 'cancelled' });
    expect(await tab().list()).toHaveLength(300);
  });

  it('reads only those conversations whose ids are in the file, and all of them at once for an export', async () => {
    const library = tab();
    await library.add(Array.from({ length: 40 }, (_, i) => said(`day ${i}`)));
    const [first] = await library.list('day 39');
    const one = await library.export([first?.id ?? '']);
    const reads = vi.spyOn(IDBObjectStore.prototype, 'getAll');
    expect(await library.import(one)).toMatchObject({ added: [], alreadyHere: ['day 39'] });
    expect(reads).toHaveBeenCalledTimes(1);
    reads.mockClear();
    expect(await library.all()).toHaveLength(40);
    expect(reads).toHaveBeenCalledTimes(2);
  });

  it('saves a conversation of any shape unchanged, whatever was saved before', async () => {
    const steps = fc.array(fc.tuple(fc.nat(2), fc.string({ unit: 'binary', maxLength: 8 }), fc.boolean()), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const library = tab();
        let conversation = createConversation();
        for (const [kind, text, save] of list) {
          const leaf = conversation.leaf;
          if (kind === 0 || leaf === null) conversation = said(text, conversation);
          else if (kind === 1) conversation = editAndBranch(conversation, leaf, text).conversation;
          else conversation = regenerate(conversation, leaf, undefined).conversation;
          if (save) await library.save(conversation);
        }
        await library.save(conversation);
        const back = await tab().get(conversation.id);
        expect(back && { ...back, messages: new Map([...back.messages].sort()) }).toEqual({
          ...conversation,
          messages: new Map([...conversation.messages].sort()),
        });
      }),
      { numRuns: 25 },
    );
  });
});
