import {
  createConversation,
  append,
  editAndBranch,
  notice,
  pathTo,
  regenerate,
  rename,
  selectSibling,
  siblingsOf,
  update,
} from '../../core/conversation/tree.ts';
import type { Conversation, Message } from '../../core/conversation/conversation.ts';
import { answeredOn, keyedSaidOn, newestOf, saidOn, signalOf, type KeyedSaid } from '../../core/conversation/danger.ts';
import type { LoadedModel } from '../../core/engine/engine.ts';
import { LabError } from '../../core/error.ts';
import { strongerSignal } from '../../core/safety/kinds.ts';
import { pageEntries, type PageEntry } from '../chat/page-entries.ts';
import type { ChatParts } from './chat-parts.ts';

/** The conversation on the page: what it holds, what is being typed, and the reply that is being written. */
export class ChatState {
  readonly #parts: ChatParts;
  conversation = $state.raw<Conversation | null>(null);
  opening = $state(true);
  error = $state.raw<LabError | null>(null);
  /** The reply being written; apart from the conversation, so that a token costs the same at any length. */
  writing = $state.raw<{ id: string; text: string } | null>(null);
  waitsForModel = $state(false);
  /** The last whole reply, for screen readers. */
  announcement = $state('');
  /** Apart from its text, so that what depends on it is not made anew with every token. */
  readonly #writingId: string | null = $derived(this.writing?.id ?? null);
  readonly entries: PageEntry[] = $derived(this.conversation ? pageEntries(this.conversation, this.#writingId) : []);
  /** The shown branch as the model reads it, without the reply that is being written. */
  readonly said: readonly KeyedSaid[] = $derived(this.saidWith(null));
  readonly busy: boolean = $derived(this.writing !== null || this.waitsForModel);
  /** While the model loads, which can take minutes, the person can keep writing; one reply answers all of it. */
  readonly maySend: boolean = $derived(this.writing === null);
  readonly title: string = $derived(this.conversation?.title || 'New conversation');
  /** Counts what the person asked for, so that the page can go to its end each time. */
  asked = $state(0);
  #draft = $state('');
  #stopping: AbortController | null = null;
  #answering: Promise<void> = Promise.resolve();
  /** The reply that is to get another version; none where the last message is to be answered. */
  #beside: string | undefined;
  /** Another tab has changed the conversation during a reply. */
  #outdated = false;

  constructor(parts: ChatParts) {
    this.#parts = parts;
    parts.conversations.subscribe((event) => {
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
    this.#parts.drafts.write(this.conversation?.id ?? null, text);
  }

  get systemPrompt(): string {
    return this.conversation?.systemPrompt ?? this.#parts.systemPrompt.get();
  }

  /** The shown branch as the model would read it with `draft` as the newest message, whose key is `draft`. */
  saidWith(draft: string | null): KeyedSaid[] {
    const path = this.conversation ? pathTo(this.conversation).filter(({ id }) => id !== this.#writingId) : [];
    const newest = draft === null ? [] : [{ id: 'draft', speaker: 'seeker', text: draft } as const];
    return keyedSaidOn([...path, ...newest], this.#parts.firstReply);
  }

  /** Also what new conversations start with. */
  setSystemPrompt(text: string): void {
    this.#parts.systemPrompt.set(text);
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
      const found = id === null ? null : await this.#parts.conversations.get(id);
      this.conversation = found ?? null;
      if (this.#parts.models.phase === 'ready') void this.#lookAgain();
      if (id !== null && !found) this.#parts.place.forget();
    } catch (error) {
      this.#fail(error, 'The conversation could not be opened.');
    } finally {
      this.opening = false;
      this.#draft = this.#parts.drafts.read(this.conversation?.id ?? null);
    }
  }

  async send(): Promise<void> {
    const text = this.#draft.trim();
    if (!text || !this.maySend) return;
    const joins = this.waitsForModel;
    this.draft = '';
    const begun = this.conversation ?? createConversation(this.systemPrompt);
    const { conversation, message } = append(begun, { speaker: 'seeker', text });
    this.#announceHelp(message);
    // The reply that is waited for answers this message too, whatever it was asked for.
    if (joins) {
      this.#beside = undefined;
      this.asked++;
    }
    await this.#keep(conversation);
    this.#parts.place.show(conversation.id);
    if (!joins) await this.#start();
  }

  /** Another version of a message, answered anew; the old branch stays. */
  async edit(id: string, text: string): Promise<void> {
    if (!this.conversation || this.busy) return;
    const { conversation, message } = editAndBranch(this.conversation, id, text);
    this.#announceHelp(message);
    await this.#keep(conversation);
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
    this.asked++;
    this.#beside = beside;
    this.#answering = this.#answer();
    return this.#answering;
  }

  /** Gives a conversation another name, whether it is on the page or not. */
  async rename(id: string, title: string): Promise<void> {
    try {
      const conversation = this.conversation?.id === id ? this.conversation : await this.#parts.conversations.get(id);
      if (!conversation) return;
      const renamed = rename(conversation, title);
      if (this.conversation?.id === id) await this.#keep(rename(this.conversation, title));
      else await this.#parts.conversations.save(renamed);
    } catch (error) {
      this.#fail(error, 'The conversation could not be renamed.');
    }
  }

  /** Writes a reply behind the last message, or as a version of `#beside`. */
  async #answer(): Promise<void> {
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.error = null;
    try {
      this.waitsForModel = this.#parts.models.phase !== 'ready';
      const model = await this.#parts.models.ensure(stopping.signal);
      this.waitsForModel = false;
      void this.#lookAgain();
      await this.#write(model, this.#beside, stopping.signal);
    } catch (error) {
      this.#fail(error, 'The reply could not be written.');
    } finally {
      this.waitsForModel = false;
      this.writing = null;
      this.#stopping = null;
    }
    if (this.#outdated && this.conversation) void this.#reread(this.conversation.id);
    this.#outdated = false;
  }

  async #write(model: LoadedModel, beside: string | undefined, signal: AbortSignal): Promise<void> {
    if (!this.conversation || signal.aborted) return;
    const origin = this.#parts.nextOrigin(model.info);
    const { conversation, message } = beside
      ? regenerate(this.conversation, beside, origin)
      : append(this.conversation, { speaker: 'supporter', text: '', state: 'partial', reply: origin });
    const { id, systemPrompt } = conversation;
    const path = pathTo(conversation, message.parent);
    this.writing = { id: message.id, text: '' };
    await this.#keep(conversation);
    let last: Partial<Message> = { state: 'failed' };
    try {
      const utterances = saidOn(path, this.#parts.firstReply);
      for await (const step of this.#parts.writeReply(model, { systemPrompt, utterances, origin }, signal)) {
        if (this.conversation?.id !== id) break;
        last = step.change;
        this.writing = { id: message.id, text: step.change.text ?? '' };
        this.#parts.conversations.keepMessage(id, { ...message, ...step.change });
      }
      // The classifier may have seen danger meanwhile; then the reply by people is what is heard.
      const shown = this.conversation?.id === id ? answeredOn(pathTo(this.conversation, message.id)).at(-1) : undefined;
      if (shown && shown.level !== 'danger') this.#say(last.text ?? '');
    } finally {
      // A lost engine still leaves what had arrived.
      if (last.state === 'partial') last = { ...last, state: 'failed' };
      this.writing = null;
      // The conversation may have got another name or prompt meanwhile, or be gone.
      if (this.conversation?.id === id) await this.#keep(update(this.conversation, message.id, { ...last }));
    }
  }

  /**
   * Asks the classifier about the newest messages of the person, all since the last reply. It needs an encoder, which
   * is fetched behind the chat model; until then, and where it cannot be had, the phrases alone decide. Help that is
   * shown
   * stays.
   */
  async #lookAgain(): Promise<void> {
    const begun = this.conversation;
    if (!begun) return;
    for (const message of newestOf(pathTo(begun))) await this.#lookAt(begun, message);
  }

  async #lookAt(begun: Conversation, message: Message): Promise<void> {
    if (signalOf(message).level === 'danger') return;
    const seen = await this.#parts.readDanger(message.text).catch(() => undefined);
    const now = this.conversation;
    const found = now?.id === begun.id ? now.messages.get(message.id) : undefined;
    if (!seen || !now || !found || found.text !== message.text) return;
    const noticed = strongerSignal(signalOf(found), seen);
    if (noticed.level === 'none' || noticed.level === signalOf(found).level) return;
    const changed = notice(now, found.id, { level: noticed.level, kinds: noticed.kinds });
    this.#announceHelp(changed.messages.get(found.id) ?? found);
    await this.#keep(changed);
  }

  /** What a screen reader hears as soon as a message is sent that brings help. */
  #announceHelp(message: Message): void {
    const signal = signalOf(message);
    if (signal.level === 'danger') this.#say(`${this.#parts.firstReply(signal)} Lines of people who can help follow.`);
    if (signal.level === 'concern') this.#say('Lines of people who can help stand under your message.');
  }

  /** A screen reader speaks only what has changed, so the same words again end in a space that is not spoken. */
  #say(text: string): void {
    this.announcement = text && text === this.announcement ? `${text}\u00a0` : text;
  }

  /** The conversation is gone: its page becomes an empty one. */
  #leave(): void {
    this.stop();
    this.conversation = null;
    this.#parts.place.forget();
  }

  /** Another tab has added to the conversation. */
  async #reread(id: string): Promise<void> {
    if (this.busy) {
      this.#outdated = true;
      return;
    }
    const found = await this.#parts.conversations.get(id);
    if (found && this.conversation?.id === id && !this.busy)
      this.conversation = { ...found, leaf: this.conversation.leaf };
  }

  async #keep(conversation: Conversation): Promise<void> {
    this.conversation = conversation;
    try {
      await this.#parts.conversations.save(conversation);
    } catch (error) {
      this.#fail(error, 'The conversation could not be saved; it stays on this page only.');
    }
  }

  #fail(error: unknown, what: string): void {
    const fault = LabError.from(error, {
      code: 'worker-lost',
      what,
      todo: 'Try again; if it happens once more, reload the page.',
    });
    if (fault.code !== 'cancelled') this.error = fault;
  }

  /** The text of a message as it stands now. */
  textOf(entry: PageEntry): string {
    return this.writing?.id === entry.id ? this.writing.text : entry.text;
  }
}
