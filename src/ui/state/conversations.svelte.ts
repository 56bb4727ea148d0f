import { preferencePairs } from '../../core/conversation/preferences.ts';
import type { Conversation, ConversationHead, Message } from '../../core/conversation/conversation.ts';
import type { FoundConversation } from '../../core/conversation/search.ts';
import { LabError } from '../../core/error.ts';
import type { ConversationLibrary, ImportReport, LibraryEvent } from '../../lab/index.ts';
import { attempt } from './attempt.ts';
import type { StorageState } from './storage.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';
import { chatTexts } from '../texts/chat.ts';
import { shownTitle } from '../texts/conversation-title.ts';
import { shellTexts } from '../texts/shell.ts';

interface Dependencies {
  library: Pick<
    ConversationLibrary,
    | 'subscribe'
    | 'list'
    | 'get'
    | 'all'
    | 'save'
    | 'keepMessage'
    | 'remove'
    | 'removeAll'
    | 'add'
    | 'export'
    | 'import'
    | 'flush'
  >;
  storage: StorageState;
  /** Whether the browser stores nothing; only opening a database shows that it is refused. */
  storageMissing(): boolean;
  toasts: Pick<Toasts, 'show'>;
  saveFile(name: string, content: string): void;
}

/** The list of conversations, in sync with what this and other tabs store. */
export class Conversations {
  /** All conversations, the latest first. */
  heads = $state.raw<ConversationHead[]>([]);
  /** Conversations that contain the words of the query. */
  shown = $state.raw<FoundConversation[]>([]);
  error = $state.raw<LabError | null>(null);
  /** What takes a while: a search, or the import of the file of this name. */
  busy = $state.raw<{ searching: true } | { importing: string } | null>(null);
  readonly #dependencies: Dependencies;
  #query = $state('');
  #refreshing: Promise<void> | null = null;
  #again = false;
  #search: AbortController | undefined;
  /** What went wrong in the latest import; the next one takes it away. */
  #problem: LabError | null = null;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Reads the list and follows changes from now on. */
  start(): void {
    this.subscribe((event) => {
      if (event.type === 'unsaved') this.#show(event.error);
      else void this.refresh();
    });
    void this.refresh();
  }

  get query(): string {
    return this.#query;
  }

  set query(query: string) {
    this.#query = query;
    // The words of a moment ago are not waited for.
    this.#search?.abort();
    void this.refresh();
  }

  subscribe(listener: (event: LibraryEvent) => void): () => void {
    return this.#dependencies.library.subscribe(listener);
  }

  /** Reads the list again; any number of calls during a read cause only one more. */
  refresh(): Promise<void> {
    this.#again = true;
    this.#refreshing ??= this.#read().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  get(id: string): Promise<Conversation | undefined> {
    return this.#dependencies.library.get(id);
  }

  /** Without storage a conversation lasts as long as the page, and the shell says so. */
  async save(conversation: Conversation): Promise<void> {
    try {
      await this.#dependencies.library.save(conversation);
    } catch (error) {
      if (!this.#storageMissing()) throw error;
      await this.refresh();
    }
  }

  keepMessage(conversation: string, message: Message): void {
    this.#dependencies.library.keepMessage(conversation, message);
  }

  /** Saves what was added to a growing reply since its last save; called when the page is about to close. */
  readonly flush = (): Promise<void> => this.#try(chatTexts.failed.flush, () => this.#dependencies.library.flush());

  async remove(id: string): Promise<void> {
    await this.#try(chatTexts.failed.remove, async () => {
      const removed = await this.#dependencies.library.remove(id);
      if (!removed) return;
      this.#dependencies.toasts.show(chatTexts.removed(shownTitle(removed)), {
        label: shellTexts.undo,
        run: () => void this.#restore(removed),
      });
    });
  }

  async removeAll(): Promise<void> {
    await this.#try(chatTexts.failed.removeAll, () => this.#dependencies.library.removeAll());
  }

  async exportAll(): Promise<void> {
    await this.#try(chatTexts.failed.exportAll, async () => {
      const name = `solace-conversations-${today()}.json`;
      this.#dependencies.saveFile(name, await this.#dependencies.library.export());
    });
  }

  /** Saves the ratings of replies as pairs for training; says so if there are none yet. */
  async exportPreferences(): Promise<void> {
    await this.#try(chatTexts.failed.exportRatings, async () => {
      const pairs = preferencePairs(await this.#dependencies.library.all());
      if (pairs.length > 0)
        this.#dependencies.saveFile(`solace-preferences-${today()}.json`, JSON.stringify(pairs, null, 1));
      else this.#dependencies.toasts.show(chatTexts.noPairs);
    });
  }

  async importFiles(files: readonly File[]): Promise<void> {
    if (this.error === this.#problem) this.error = null;
    const before = this.error;
    for (const file of files) {
      await this.#try(chatTexts.failed.import, async () => {
        const { library } = this.#dependencies;
        const reading = file.text().then((text) => library.import(text));
        this.#report(file.name, await this.#while({ importing: file.name }, reading));
      });
    }
    this.#problem = this.error === before ? null : this.error;
  }

  #report(file: string, { added, alreadyHere, problems }: ImportReport): void {
    const parts = [chatTexts.imported(added.length)];
    if (alreadyHere.length > 0) parts.push(chatTexts.alreadyHere(alreadyHere.length));
    this.#dependencies.toasts.show(`${parts.join(', ')}.`);
    const [problem] = problems;
    if (!problem) return;
    const more = problems.length > 1 ? ` ${problems.length - 1} more were left out as well.` : '';
    this.error = new LabError({
      code: 'bad-data',
      what: `${problem.what}${more}`,
      where: `${file}, ${problem.where}`,
      todo: 'The valid conversations were imported. Correct the file to get the rest.',
    });
  }

  #restore(removed: Conversation): Promise<void> {
    return this.#try(chatTexts.failed.restore, () => this.#dependencies.library.add([removed]));
  }

  async #read(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.#try(chatTexts.failed.list, async () => {
        this.heads = await this.#dependencies.library.list();
        this.#storageMissing();
        this.shown = this.#query.trim() ? await this.#found(this.#query) : this.heads;
      });
    }
  }

  async #found(query: string): Promise<FoundConversation[]> {
    this.#search = new AbortController();
    return this.#while({ searching: true }, this.#dependencies.library.list(query, this.#search.signal));
  }

  async #while<Result>(busy: NonNullable<Conversations['busy']>, work: Promise<Result>): Promise<Result> {
    this.busy = busy;
    return work.finally(() => {
      if (this.busy === busy) this.busy = null;
    });
  }

  #show(error: LabError): void {
    if (!this.#storageMissing()) this.error = error;
  }

  #storageMissing(): boolean {
    if (this.#dependencies.storageMissing()) this.#dependencies.storage.missing = true;
    return this.#dependencies.storage.missing;
  }

  async #try(what: string, work: () => Promise<void>): Promise<void> {
    const failed = { code: 'unsupported', what, todo: chatTexts.reloadTodo } as const;
    await attempt((error) => this.#show(error), failed, work);
  }
}

const today = (): string => new Date().toISOString().slice(0, 10);
