import {
  createConversation,
  append,
  editAndBranch,
  pathTo,
  rename,
  selectSibling,
  siblingsOf,
  update,
} from '../../core/conversation/tree.ts';
import type { Conversation, Message, Rating } from '../../core/conversation/conversation.ts';
import { answeredOn, keyedUtterancesOn, type KeyedUtterance } from '../../core/conversation/danger.ts';
import type { LoadedModel } from '../../core/engine/engine.ts';
import type { LabError } from '../../core/error.ts';
import { pageEntries, type PageEntry } from '../chat/page-entries.ts';
import { Announcer } from './announcer.svelte.ts';
import { attempt } from './attempt.ts';
import type { ChatDependencies } from './chat-dependencies.ts';
import { checkNewest, noticedLate } from './danger-check.ts';
import { Latest } from './latest.ts';
import { beginReply, type Wanted, type Writing } from './reply-place.ts';
import { chatTexts } from '../texts/chat.ts';
import { shownTitle } from '../texts/conversation-title.ts';

/** The conversation on the page: its messages, the draft, and the reply that is being written. */
export class ChatState {
  readonly #dependencies: ChatDependencies;
  readonly announcer: Announcer;
  readonly #opened = new Latest();
  conversation = $state.raw<Conversation | null>(null);
  opening = $state(true);
  error = $state.raw<LabError | null>(null);
  /** The reply being written; separate from the conversation, so that a token costs the same at any length. */
  writing = $state.raw<Writing | null>(null);
  waitsForModel = $state(false);
  /** Separate from its text, so that what depends on it is not recomputed with every token. */
  readonly #writingId: string | null = $derived(this.writing?.id ?? null);
  readonly entries: PageEntry[] = $derived(this.conversation ? pageEntries(this.conversation, this.#writingId) : []);
  /** The current branch as the model reads it, without the reply that is being written. */
  readonly said: readonly KeyedUtterance[] = $derived(this.saidWith(null));
  readonly busy: boolean = $derived(this.writing !== null || this.waitsForModel);
  /** While the model loads, which can take minutes, the person can keep writing; one reply answers all messages. */
  readonly maySend: boolean = $derived(this.writing === null);
  readonly title: string = $derived(this.conversation ? shownTitle(this.conversation) : chatTexts.newConversation);
  /** Counts the requests for replies, so that the page can scroll to its end each time. */
  asked = $state(0);
  #draft = $state('');
  #stopping: AbortController | null = null;
  #answering: Promise<void> = Promise.resolve();
  #judged: Promise<void> = Promise.resolve();
  #wanted: Wanted = { kind: 'answer' };
  /** Another tab has changed the conversation during a reply. */
  #outdated = false;

  constructor(dependencies: ChatDependencies) {
    this.#dependencies = dependencies;
    this.announcer = new Announcer(dependencies.firstReply);
  }

  /** Follows changes that this and other tabs store. */
  start(): void {
    this.#dependencies.conversations.subscribe((event) => {
      if (event.type === 'unsaved' || !this.conversation) return;
      if (event.type === 'deleted' && (event.id ?? this.conversation.id) === this.conversation.id) this.#leave();
      if (event.type === 'changed' && event.remote && event.id === this.conversation?.id) void this.#reread(event.id);
    });
  }

  get draft(): string {
    return this.#draft;
  }

  set draft(text: string) {
    this.#draft = text;
    if (text) void this.#dependencies.languages.ready();
    this.#dependencies.drafts.write(this.conversation?.id ?? null, text);
  }

  get systemPrompt(): string {
    return this.conversation?.systemPrompt ?? this.#dependencies.systemPrompt.get();
  }

  /** The shown branch as the model would read it with `draft` as the newest message, whose key is `draft`. */
  saidWith(draft: string | null): KeyedUtterance[] {
    const path = this.conversation ? pathTo(this.conversation).filter(({ id }) => id !== this.#writingId) : [];
    const newest = draft === null ? [] : [{ id: 'draft', speaker: 'seeker', text: draft } as const];
    return keyedUtterancesOn([...path, ...newest], this.#dependencies.firstReply);
  }

  /** Sets the prompt of this conversation and of new ones. */
  setSystemPrompt(text: string): void {
    this.#dependencies.systemPrompt.set(text);
    if (this.conversation) void this.#keep({ ...this.conversation, systemPrompt: text });
  }

  /** Shows a stored conversation, or an empty page for null. If several are requested at once, the last is shown. */
  async open(id: string | null): Promise<void> {
    if (!this.opening && id === (this.conversation?.id ?? null)) return;
    const current = this.#opened.ask();
    this.opening = true;
    this.stop();
    // A partial reply belongs to the conversation that is being left.
    await this.#answering;
    if (id !== null) await this.#dependencies.languages.ready();
    if (!current()) return;
    this.error = null;
    await this.#attempt(chatTexts.failed.open, async () => {
      const found = id === null ? null : await this.#dependencies.conversations.get(id);
      if (!current()) return;
      this.conversation = found ?? null;
      if (this.#dependencies.models.phase === 'ready') void this.#checkDanger();
      if (id !== null && !found) this.#dependencies.address.missing();
    });
    if (!current()) return;
    this.opening = false;
    this.#draft = this.#dependencies.drafts.read(this.conversation?.id ?? null);
  }

  async send(): Promise<void> {
    const text = this.#draft.trim();
    if (!text || !this.maySend) return;
    const joins = this.waitsForModel;
    this.draft = '';
    const begun = this.conversation ?? createConversation(this.systemPrompt);
    const { conversation, message } = append(begun, { speaker: 'seeker', text });
    this.#judge(message);
    // The pending reply answers this message too, whatever it was requested for.
    if (joins) {
      this.#wanted = { kind: 'answer' };
      this.asked++;
    }
    await this.#keep(conversation);
    this.#dependencies.address.show(conversation.id);
    if (!joins) await this.#start();
  }

  /** Adds another version of a message and answers it; the old branch is kept. */
  async edit(id: string, text: string): Promise<void> {
    if (!this.conversation?.messages.has(id) || this.busy || !text.trim()) return;
    const { conversation, message } = editAndBranch(this.conversation, id, text.trim());
    this.#judge(message);
    await this.#keep(conversation);
    await this.#start();
  }

  /** Adds another version of a reply. */
  async regenerate(id: string): Promise<void> {
    if (this.conversation && !this.busy) await this.#start({ kind: 'version', of: id });
  }

  /** Resumes a reply that was cut or stopped, where it ended. */
  async resume(id: string): Promise<void> {
    if (this.conversation && !this.busy) await this.#start({ kind: 'rest', of: id });
  }

  /** After an error: answers the last message again, or resumes its reply again if that is what failed. */
  readonly retry = (): void => {
    const last = this.entries.at(-1);
    if (!last || this.busy) return;
    const rest = this.#wanted.kind === 'rest' && this.#wanted.of === last.id;
    void this.#start(last.speaker === 'supporter' ? { kind: rest ? 'rest' : 'version', of: last.id } : undefined);
  };

  readonly stop = (): void => this.#stopping?.abort();

  /** Keeps what the person thinks of a reply; undefined takes it back. */
  rate(id: string, rating: Rating | undefined): void {
    if (this.conversation) void this.#keep(update(this.conversation, id, { rating }));
  }

  /** Shows the `index`th version of a message. */
  show(id: string, index: number): void {
    if (!this.conversation || this.busy) return;
    const version = siblingsOf(this.conversation, id)[index];
    if (version) void this.#keep(selectSibling(this.conversation, version.id));
  }

  /** Announces help for a message, once it can be judged in all languages; it is answered after that. */
  #judge(message: Message): void {
    this.#judged = this.#dependencies.languages.ready().then(async () => {
      this.announcer.help(message);
      const noticed = noticedLate(this.conversation, message);
      if (noticed) await this.#keep(noticed);
    });
  }

  #start(wanted: Wanted = { kind: 'answer' }): Promise<void> {
    this.asked++;
    this.#wanted = wanted;
    this.#answering = this.#answer();
    return this.#answering;
  }

  /** Renames a conversation, whether it is on the page or not. */
  async rename(id: string, title: string): Promise<void> {
    await this.#attempt(chatTexts.failed.rename, async () => {
      const conversation =
        this.conversation?.id === id ? this.conversation : await this.#dependencies.conversations.get(id);
      if (!conversation) return;
      if (this.conversation?.id === id) await this.#keep(rename(this.conversation, title));
      else await this.#dependencies.conversations.save(rename(conversation, title));
    });
  }

  /** Writes the reply that is wanted once the model is there. */
  async #answer(): Promise<void> {
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.error = null;
    await this.#attempt(chatTexts.failed.reply, async () => {
      // What is sent meanwhile joins this reply.
      this.waitsForModel = true;
      await this.#judged;
      this.waitsForModel = this.#dependencies.models.phase !== 'ready';
      await this.#dependencies.models.use(stopping.signal, async (model) => {
        this.waitsForModel = false;
        void this.#checkDanger();
        await this.#write(model, stopping.signal);
      });
    });
    this.waitsForModel = false;
    this.writing = null;
    this.#stopping = null;
    if (this.#outdated && this.conversation) void this.#reread(this.conversation.id);
    this.#outdated = false;
  }

  async #write(model: LoadedModel, signal: AbortSignal): Promise<void> {
    if (!this.conversation || signal.aborted) return;
    const begun = beginReply(this.#dependencies, model, this.conversation, this.#wanted);
    const { conversation, message } = begun;
    const { id } = conversation;
    this.writing = { id: message.id, text: message.text };
    this.announcer.begins(pathTo(conversation, message.id));
    await this.#keep(conversation);
    let last = begun.unwritten;
    try {
      for await (const step of begun.write(signal)) {
        if (this.conversation?.id !== id) break;
        last = step.change;
        this.writing = { id: message.id, text: step.change.text, sampling: step.sampling, reads: step.promptTokens };
        this.#dependencies.conversations.keepMessage(id, { ...message, ...step.change });
      }
      // If the classifier has found danger meanwhile, the reply written by people is announced instead.
      const shown = this.conversation?.id === id ? answeredOn(pathTo(this.conversation, message.id)).at(-1) : undefined;
      // Of a reply that was resumed, only the rest.
      const fresh = (last.text ?? '').slice(message.text.trimEnd().length);
      if (shown && shown.level !== 'danger') this.announcer.say(fresh.trimStart());
    } finally {
      // What had arrived before an engine was lost is kept.
      if (last.state === 'partial') last = { ...last, state: 'failed' };
      this.writing = null;
      // Meanwhile the conversation may have been renamed, given another prompt, or deleted.
      if (this.conversation?.id === id) await this.#keep(update(this.conversation, message.id, { ...last }));
    }
  }

  #checkDanger(): Promise<void> {
    return checkNewest(this.#dependencies.classifyDanger, {
      conversation: () => this.conversation,
      noticed: async (conversation, message) => {
        this.announcer.help(message);
        await this.#keep(conversation);
      },
    });
  }

  /** The conversation was deleted: shows an empty page. */
  #leave(): void {
    this.stop();
    this.conversation = null;
    this.#dependencies.address.forget();
  }

  /** Another tab has added to the conversation. */
  async #reread(id: string): Promise<void> {
    if (this.busy) {
      this.#outdated = true;
      return;
    }
    await this.#attempt(chatTexts.failed.reread, async () => {
      const found = await this.#dependencies.conversations.get(id);
      if (found && this.conversation?.id === id && !this.busy)
        this.conversation = { ...found, leaf: this.conversation.leaf };
    });
  }

  async #keep(conversation: Conversation): Promise<void> {
    this.conversation = conversation;
    await this.#attempt(chatTexts.failed.keep, () => this.#dependencies.conversations.save(conversation));
  }

  async #attempt(what: string, work: () => Promise<void>): Promise<void> {
    await attempt((error) => (this.error = error), { code: 'worker-lost', what, todo: chatTexts.failedTodo }, work);
  }

  /** The current text of a message. */
  textOf = (entry: PageEntry): string => (this.writing?.id === entry.id ? this.writing.text : entry.text);
}
