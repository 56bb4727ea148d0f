import type { Conversation, ConversationHead, Message } from '../../core/conversation/conversation.ts';
import type { ConversationImportProgress } from '../../core/conversation/exchange.ts';
import type { FoundConversation } from '../../core/conversation/search.ts';
import type { LabError } from '../../core/error.ts';
import type { ConversationLibrary, LibraryEvent } from '../../lab/index.ts';
import { attempt } from './attempt.ts';
import type { StopReason } from './import-file.ts';
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
    | 'endImports'
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
  /** Whether `shown` are still those of other words. */
  searching = $state(false);
  /** The file that is being imported, and how far; null progress until it is read. */
  importing = $state.raw<{ file: string; progress: ConversationImportProgress | null } | null>(null);
  readonly #dependencies: Dependencies;
  #query = $state('');
  #refreshing: Promise<void> | null = null;
  #again = false;
  /** Whether something changed since `heads` were read. */
  #outdated = true;
  #search: AbortController | undefined;
  #waiting: File[] = [];
  #imports: Promise<void> | null = null;
  #stopping: AbortController | undefined;
  /** The import of one file; the next one waits for it. */
  #current: Promise<void> | undefined;
  /** What went wrong in the latest import; the next one takes it away. */
  #problem: LabError | null = null;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Reads the list and follows changes from now on. */
  start(): void {
    this.subscribe((event) => {
      // Another tab deletes all conversations: the rest of an import must not arrive after that.
      if (event.id === null && event.remote) this.#stop('deleting');
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
    void this.#update();
  }

  subscribe(listener: (event: LibraryEvent) => void): () => void {
    return this.#dependencies.library.subscribe(listener);
  }

  /** Reads the list again; any number of calls during a read cause only one more. */
  refresh(): Promise<void> {
    this.#outdated = true;
    return this.#update();
  }

  #update(): Promise<void> {
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
    await this.endImports();
    await this.#try(chatTexts.failed.removeAll, () => this.#dependencies.library.removeAll());
  }

  async exportAll(): Promise<void> {
    await this.#try(chatTexts.failed.exportAll, async () =>
      (await import('./save-conversations.ts')).saveConversations(this.#dependencies),
    );
  }

  /** Saves the ratings of replies as pairs for training; says so if there are none yet. */
  async exportPreferences(): Promise<void> {
    await this.#try(chatTexts.failed.exportRatings, async () =>
      (await import('./save-conversations.ts')).savePreferences(this.#dependencies),
    );
  }

  /** Imports files one after another, after those that are being imported. */
  importFiles(files: readonly File[]): Promise<void> {
    this.#waiting.push(...files);
    this.#imports ??= this.#importWaiting().finally(() => (this.#imports = null));
    return this.#imports;
  }

  /** Stops the import, also of files that wait for it. What was imported stays. */
  readonly cancelImport = (): void => this.#stop();

  /** Stops imports in all tabs before everything is deleted. Resolves when nothing more of this tab's can arrive. */
  async endImports(): Promise<void> {
    this.#dependencies.library.endImports();
    this.#stop('deleting');
    await this.#current;
  }

  #stop(why?: StopReason): void {
    this.#waiting = [];
    this.#stopping?.abort(why);
  }

  async #importWaiting(): Promise<void> {
    if (this.error === this.#problem) this.error = null;
    const before = this.error;
    for (let file = this.#waiting.shift(); file; file = this.#waiting.shift())
      await (this.#current = this.#import(file));
    this.importing = null;
    this.#problem = this.error === before ? null : this.error;
  }

  async #import(file: File): Promise<void> {
    this.#stopping = new AbortController();
    const { signal } = this.#stopping;
    this.importing = { file: file.name, progress: null };
    await this.#try(chatTexts.failed.import, async () => {
      // Few visits import, so the first page does without this code.
      const { importFile } = await import('./import-file.ts');
      const problem = await importFile(file, {
        ...this.#dependencies,
        signal,
        onProgress: (progress) => (this.importing = { file: file.name, progress }),
      });
      if (problem) this.error = problem;
    });
  }

  #restore(removed: Conversation): Promise<void> {
    return this.#try(chatTexts.failed.restore, () => this.#dependencies.library.add([removed]));
  }

  async #read(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.#try(chatTexts.failed.list, async () => {
        if (this.#outdated) await this.#readHeads();
        // Words that were typed meanwhile are searched now; only another change needs another round.
        this.#again = this.#outdated;
        this.shown = this.#query.trim() ? await this.#found(this.#query) : this.heads;
      });
    }
  }

  async #readHeads(): Promise<void> {
    this.#outdated = false;
    try {
      this.heads = await this.#dependencies.library.list();
    } catch (error) {
      this.#outdated = true;
      throw error;
    }
    this.#storageMissing();
  }

  async #found(query: string): Promise<FoundConversation[]> {
    this.#search = new AbortController();
    this.searching = true;
    const found = this.#dependencies.library.list(query, this.#search.signal);
    return found.finally(() => (this.searching = false));
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
