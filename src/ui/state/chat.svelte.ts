import { createConversation, append, editAndBranch, pathTo, regenerate, rename, selectSibling, siblingsOf, update } from '../../conversation/tree.ts';
import type { Conversation, Message } from '../../conversation/conversation.ts';
import { LabError } from '../../error.ts';
import { detectCrisis } from '../../safety/crisis.ts';
import { pageEntries, type PageEntry } from '../chat/page-entries.ts';
import { conversations } from './conversations.svelte.ts';
import { readDraft, writeDraft } from './drafts.ts';
import { models } from './models.svelte.ts';
import { originOfNextReply, writeReply } from './reply.ts';
import { router } from './router.svelte.ts';
import { settings } from './settings.svelte.ts';

/** The conversation on the page: what it holds, what is being typed, and the reply that is being written. */
export class ChatState {
  conversation = $state.raw<Conversation | null>(null);
  opening = $state(true);
  error = $state.raw<LabError | null>(null);
  /** The reply being written; apart from the conversation, so that a token costs the same at any length. */
  writing = $state.raw<{ id: string; text: string } | null>(null);
  waitsForModel = $state(false);
  /** The last whole reply, for screen readers. */
  announcement = $state('');
  readonly entries: PageEntry[] = $derived(this.conversation ? pageEntries(this.conversation, this.writing?.id ?? null) : []);
  readonly busy: boolean = $derived(this.writing !== null || this.waitsForModel);
  readonly title: string = $derived(this.conversation?.title || 'New conversation');
  #draft = $state('');
  #stopping: AbortController | null = null;
  #answering: Promise<void> = Promise.resolve();

  constructor() {
    conversations.subscribe((event) => {
      if (event.type === 'unsaved' || this.busy || !this.conversation) return;
      if (event.type === 'deleted' && (event.id ?? this.conversation.id) === this.conversation.id) this.#leave();
      if (event.type === 'changed' && event.remote && event.id === this.conversation.id) void this.#reread(event.id);
    });
  }

  get draft(): string {
    return this.#draft;
  }

  set draft(text: string) {
    this.#draft = text;
    writeDraft(this.conversation?.id ?? null, text);
  }

  get systemPrompt(): string {
    return this.conversation?.systemPrompt ?? settings.current.systemPrompt;
  }

  /** Also what new conversations start with. */
  setSystemPrompt(text: string): void {
    settings.set({ systemPrompt: text });
    if (this.conversation) void this.#keep({ ...this.conversation, systemPrompt: text });
  }

  /** Shows a stored conversation, or an empty page for null. */
  async open(id: string | null): Promise<void> {
    if (!this.opening && id === (this.conversation?.id ?? null)) return;
    this.opening = true;
    this.stop();
    // What has arrived of a reply belongs to the conversation that is being left.
    await this.#answering;
    this.error = null;
    try {
      const found = id === null ? null : await conversations.get(id);
      this.conversation = found ?? null;
      if (id !== null && !found) router.forget('chat');
    } catch (error) {
      this.#fail(error, 'The conversation could not be opened.');
    } finally {
      this.opening = false;
      this.#draft = readDraft(this.conversation?.id ?? null);
    }
  }

  async send(): Promise<void> {
    const text = this.#draft.trim();
    if (!text || this.busy) return;
    this.draft = '';
    const begun = this.conversation ?? createConversation(this.systemPrompt);
    const { conversation } = append(begun, { speaker: 'seeker', text });
    if (detectCrisis(text).level !== 'none') this.announcement = 'Lines of people who can help stand under your message.';
    await this.#keep(conversation);
    if (router.place.view.id === 'chat' && router.place.param !== conversation.id) router.replace('chat', conversation.id);
    await this.#start();
  }

  /** Another version of a message, answered anew; the old branch stays. */
  async edit(id: string, text: string): Promise<void> {
    if (!this.conversation || this.busy) return;
    await this.#keep(editAndBranch(this.conversation, id, text).conversation);
    await this.#start();
  }

  /** Another version of a reply. */
  async regenerate(id: string): Promise<void> {
    if (!this.conversation || this.busy) return;
    await this.#start(id);
  }

  /** Answers the last message again after an error. */
  readonly retry = (): void => {
    const last = this.entries.at(-1);
    if (!last || this.busy) return;
    void this.#start(last.speaker === 'supporter' ? last.id : undefined);
  };

  readonly stop = (): void => {
    this.#stopping?.abort();
  };

  /** Shows the `index`th version of a message. */
  show(id: string, index: number): void {
    if (!this.conversation || this.busy) return;
    const version = siblingsOf(this.conversation, id)[index];
    if (version) void this.#keep(selectSibling(this.conversation, version.id));
  }

  #start(beside?: string): Promise<void> {
    this.#answering = this.#answer(beside);
    return this.#answering;
  }

  /** Gives a conversation another name, whether it is on the page or not. */
  async rename(id: string, title: string): Promise<void> {
    const conversation = this.conversation?.id === id ? this.conversation : await conversations.get(id);
    if (!conversation) return;
    const renamed = rename(conversation, title);
    if (this.conversation?.id === id) this.conversation = renamed;
    await conversations.save(renamed);
  }

  /** Writes a reply behind the last message, or as a version of `beside`. */
  async #answer(beside?: string): Promise<void> {
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.error = null;
    try {
      this.waitsForModel = models.phase !== 'ready';
      const model = await models.ensure(stopping.signal);
      this.waitsForModel = false;
      await this.#write(model, beside, stopping.signal);
    } catch (error) {
      this.#fail(error, 'The reply could not be written.');
    } finally {
      this.waitsForModel = false;
      this.writing = null;
      this.#stopping = null;
    }
  }

  async #write(model: Awaited<ReturnType<typeof models.ensure>>, beside: string | undefined, signal: AbortSignal): Promise<void> {
    if (!this.conversation) return;
    const origin = originOfNextReply(model.info);
    const { conversation, message } = beside
      ? regenerate(this.conversation, beside, origin)
      : append(this.conversation, { speaker: 'supporter', text: '', state: 'partial', reply: origin });
    const utterances = pathTo(conversation, message.parent);
    this.writing = { id: message.id, text: '' };
    await this.#keep(conversation);
    let last: Partial<Message> = { state: 'failed' };
    try {
      for await (const step of writeReply(model, { systemPrompt: conversation.systemPrompt, utterances, origin }, signal)) {
        last = step.change;
        this.writing = { id: message.id, text: step.change.text ?? '' };
        conversations.keepMessage(conversation.id, { ...message, ...step.change });
      }
      this.announcement = last.text ?? '';
    } finally {
      // A lost engine still leaves what had arrived.
      if (last.state === 'partial') last = { ...last, state: 'failed' };
      this.writing = null;
      await this.#keep(update(conversation, message.id, { ...last }));
    }
  }

  /** The conversation is gone: its page becomes an empty one. */
  #leave(): void {
    this.conversation = null;
    router.forget('chat');
  }

  /** Another tab has added to the conversation. */
  async #reread(id: string): Promise<void> {
    const found = await conversations.get(id);
    if (found && this.conversation?.id === id && !this.busy) this.conversation = { ...found, leaf: this.conversation.leaf };
  }

  async #keep(conversation: Conversation): Promise<void> {
    this.conversation = conversation;
    try {
      await conversations.save(conversation);
    } catch (error) {
      this.#fail(error, 'The conversation could not be saved; it stays on this page only.');
    }
  }

  #fail(error: unknown, what: string): void {
    const fault = LabError.from(error, { code: 'worker-lost', what, todo: 'Try again; if it happens once more, reload the page.' });
    if (fault.code !== 'cancelled') this.error = fault;
  }

  /** The text of a message as it stands now. */
  textOf(entry: PageEntry): string {
    return this.writing?.id === entry.id ? this.writing.text : entry.text;
  }
}

export const chat = new ChatState();
