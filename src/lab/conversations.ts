import { changeBetween, merge } from '../core/conversation/change.ts';
import type { Conversation, Message } from '../core/conversation/conversation.ts';
import { searchConversations, type FoundConversation } from '../core/conversation/search.ts';
import { rename } from '../core/conversation/tree.ts';
import { type LabError, throwIfCancelled } from '../core/error.ts';
import { ConversationStore } from '../browser/storage/conversation-store.ts';
import { DATABASE_NAME, LabStore } from '../browser/storage/lab-store.ts';
import { openTabChannel } from '../browser/storage/tab-channel.ts';
import type { TabChannel, TabNotice } from '../browser/storage/tab-channel.ts';
import { asLabError, deleted, unlessMissing } from './conversation-errors.ts';
import type { ImportOptions, ImportPlace, ImportReport } from './import-conversations.ts';

/** A change to stored conversations. `remote`: another tab made it. `id: null`: it affects all of them. */
export type LibraryEvent =
  | { type: 'changed'; id: string; remote: boolean }
  | { type: 'deleted'; id: string | null; remote: boolean }
  /** Another tab is about to delete all conversations: imports must end. */
  | { type: 'deleting'; id: null; remote: boolean }
  /** A save in the background failed; the conversation is held in memory and saved later. */
  | { type: 'unsaved'; id: string; error: LabError };

/** Milliseconds between two saves of a growing reply. */
const SAVE_EVERY = 500;

/**
 * The conversations of this browser, shared by all its tabs. Conversations are immutable values; a save writes only
 * what this tab changed, so that what another tab added is kept.
 *
 * ```ts
 * const library = conversations();
 * const { conversation } = append(createConversation(), { speaker: 'seeker', text: 'Hello' });
 * await library.save(conversation);
 * (await library.list('hello')).length; // 1
 * ```
 */
export class ConversationLibrary {
  readonly #store: ConversationStore;
  readonly #tabs: TabChannel;
  readonly #listeners = new Set<(event: LibraryEvent) => void>();
  /** Each conversation as this tab last read or wrote it. */
  readonly #known = new Map<string, Conversation>();
  /** Conversations that could not be written. */
  readonly #unsaved = new Map<string, Conversation>();
  readonly #deleted = new Set<string>();
  readonly #growing = new Map<string, { conversation: string; message: Message }>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastGrowth = 0;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(store = new LabStore(), channel = DATABASE_NAME) {
    this.#store = new ConversationStore(store);
    this.#tabs = openTabChannel(channel, (notice) => {
      if (notice.type === 'deleted') this.#forget(notice.id);
      this.#emit({ ...notice, remote: true });
    });
  }

  /** Calls `listener` on every change, here or in another tab. Returns a function that unsubscribes. */
  subscribe(listener: (event: LibraryEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * The conversations whose title or text contains every word of `query` (ignoring case and diacritics), latest first,
   * each with a passage that shows where.
   * @throws {LabError} `cancelled`.
   */
  async list(query = '', signal?: AbortSignal): Promise<FoundConversation[]> {
    const stored = await this.#read(() => this.#store.search(query, signal), []);
    throwIfCancelled(signal);
    const held = searchConversations([...this.#unsaved.values()], query);
    const rest = stored.filter(({ id }) => !this.#unsaved.has(id));
    return [...held, ...rest].sort((a, b) => b.updatedAt - a.updatedAt);
  }

  /** A conversation with its messages; undefined if no conversation has this id. */
  async get(id: string): Promise<Conversation | undefined> {
    const stored = await this.#read(() => this.#store.load(id), undefined);
    if (stored) this.#known.set(id, stored);
    return this.#asHere(id, stored);
  }

  /**
   * Saves a conversation, new or changed.
   * @throws {LabError} `quota` when there is no room; the conversation is held in memory and saved once there is.
   * `not-found` when it was deleted, here or in another tab.
   */
  async save(conversation: Conversation): Promise<void> {
    for (const [id, growing] of this.#growing) if (growing.conversation === conversation.id) this.#growing.delete(id);
    await this.#enqueue(() => this.#write(conversation));
    this.#announce('changed', conversation.id);
  }

  /** Saves a message that is still growing, at most every half second. A later `save` supersedes it. */
  keepMessage(conversation: string, message: Message): void {
    this.#growing.set(message.id, { conversation, message });
    const wait = Math.max(0, this.#lastGrowth + SAVE_EVERY - Date.now());
    this.#timer ??= setTimeout(() => void this.flush(), wait);
  }

  /** Waits until all requested saves are written; call it when the page is closing. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastGrowth = Date.now();
    const growing = [...this.#growing.values()];
    this.#growing.clear();
    for (const { conversation, message } of growing) {
      await this.#enqueue(() => this.#store.save({ id: conversation, head: {}, messages: [message] })).catch(
        (error: unknown) => this.#emit({ type: 'unsaved', id: conversation, error: asLabError(error) }),
      );
    }
    await this.#queue;
  }

  /** Gives a conversation another title; a blank one names it after its first message. */
  async rename(id: string, title: string): Promise<void> {
    const conversation = await this.get(id);
    if (!conversation) throw deleted(id);
    await this.save(rename(conversation, title));
  }

  /** Deletes a conversation and returns it, so that the person can undo that (see `add`). */
  async remove(id: string): Promise<Conversation | undefined> {
    const removed = await this.get(id);
    this.#forget(id);
    await this.#enqueue(() => this.#store.remove(id)).catch(unlessMissing);
    this.#announce('deleted', id);
    void this.#retryUnsaved();
    return removed;
  }

  async removeAll(): Promise<void> {
    this.endImports();
    this.#forget(null);
    await this.#enqueue(() => this.#store.removeAll()).catch(unlessMissing);
    this.#announce('deleted', null);
  }

  /** Tells other tabs that all conversations are about to be deleted, so that their imports end. */
  endImports(): void {
    this.#tabs.send({ type: 'deleting', id: null });
  }

  /** Stores whole conversations, e.g. one that `remove` returned. */
  async add(conversations: readonly Conversation[]): Promise<void> {
    for (const { id } of conversations) this.#deleted.delete(id);
    await this.#enqueue(() => this.#store.add(conversations)).catch((error: unknown) => {
      unlessMissing(error);
      for (const conversation of conversations) this.#unsaved.set(conversation.id, conversation);
    });
    for (const conversation of conversations) {
      this.#known.set(conversation.id, conversation);
      this.#announce('changed', conversation.id);
    }
  }

  /** The given conversations with their messages, or all, latest first; those that do not exist are left out. */
  async all(ids?: readonly string[]): Promise<Conversation[]> {
    if (ids) return this.#loadEach(ids);
    const stored = await this.#read(() => this.#store.loadAll(), []);
    const all = new Map(this.#unsaved);
    for (const each of stored) all.set(each.id, this.#asHere(each.id, each) ?? each);
    return [...all.values()].sort((a, b) => b.updatedAt - a.updatedAt);
  }

  /** The text of a JSON file with the given conversations, or with all. */
  async export(ids?: readonly string[]): Promise<string> {
    return (await import('../core/conversation/exchange.ts')).exportConversations(await this.all(ids));
  }

  /**
   * Adds the conversations of an exported file, a few at a time, and reports what it could not import. What a
   * conversation here contains already is not added. If it is cancelled or fails, what `onProgress` was told stays.
   * @throws {LabError} `bad-file` for any other file, `cancelled`, `quota` when there is no room.
   */
  async import(text: string, options: ImportOptions = {}): Promise<ImportReport> {
    const { importInto } = await import('./import-conversations.ts');
    const place: ImportPlace = {
      library: this,
      held: this.#unsaved,
      find: (search, otherwise) => this.#read(() => search(this.#store.lab), otherwise),
    };
    return importInto(place, text, options);
  }

  /** Saves what is pending and stops listening to other tabs. */
  async close(): Promise<void> {
    await this.flush();
    this.#tabs.close();
  }

  async #write(conversation: Conversation): Promise<void> {
    const { id } = conversation;
    if (this.#deleted.has(id)) throw deleted(conversation.title);
    try {
      const known = this.#known.get(id);
      const saved = await this.#store.save(changeBetween(known, conversation));
      if (!saved && known) {
        this.#forget(id);
        throw deleted(conversation.title);
      }
      if (!saved) await this.#store.add([conversation]);
      this.#known.set(id, conversation);
      this.#unsaved.delete(id);
    } catch (error) {
      if (!this.#deleted.has(id)) this.#unsaved.set(id, conversation);
      throw error;
    }
  }

  async #retryUnsaved(): Promise<void> {
    for (const conversation of [...this.#unsaved.values()]) {
      await this.save(conversation).catch(() => {});
    }
  }

  /** Reads storage after all writes. If it cannot be read and something is held in memory, only that is returned. */
  async #read<Result>(work: () => Promise<Result>, otherwise: Result): Promise<Result> {
    await this.#queue;
    try {
      return await work();
    } catch (error) {
      if (this.#unsaved.size === 0) unlessMissing(error);
      return otherwise;
    }
  }

  /** These conversations as they are here, whichever exist. */
  async #loadEach(ids: readonly string[]): Promise<Conversation[]> {
    const found = ids.map(async (id) => this.#asHere(id, await this.#read(() => this.#store.load(id), undefined)));
    return (await Promise.all(found)).filter((each) => each !== undefined);
  }

  /** What is stored, with what could not be written yet. */
  #asHere(id: string, stored: Conversation | undefined): Conversation | undefined {
    const held = this.#unsaved.get(id);
    return held && stored ? merge(held, stored) : (held ?? stored);
  }

  #forget(id: string | null): void {
    const ids = id === null ? new Set([...this.#known.keys(), ...this.#unsaved.keys()]) : new Set([id]);
    for (const each of ids) {
      this.#deleted.add(each);
      this.#known.delete(each);
      this.#unsaved.delete(each);
    }
    for (const [message, growing] of this.#growing) if (ids.has(growing.conversation)) this.#growing.delete(message);
  }

  #announce(...[type, id]: ['changed', string] | ['deleted', string | null]): void {
    const notice = { type, id } as TabNotice;
    this.#tabs.send(notice);
    this.#emit({ ...notice, remote: false });
  }

  #emit(event: LibraryEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Runs one write at a time, in the order requested. */
  #enqueue<Result>(work: () => Promise<Result>): Promise<Result> {
    const run = this.#queue.then(work);
    this.#queue = run.catch(() => {});
    return run;
  }
}

let shared: ConversationLibrary | undefined;

/** The one library of this page; saves what is pending when the page is hidden. */
export function conversations(): ConversationLibrary {
  if (!shared) {
    const library = new ConversationLibrary();
    globalThis.addEventListener?.('pagehide', () => void library.flush());
    globalThis.document?.addEventListener('visibilitychange', () => void library.flush());
    shared = library;
  }
  return shared;
}
