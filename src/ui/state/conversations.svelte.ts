import type { Conversation, ConversationHead, Message } from '../../core/conversation/conversation.ts';
import { LabError } from '../../core/error.ts';
import { conversations as openLibrary, type LibraryEvent } from '../../lab/conversations.ts';
import { storageMissing } from '../../browser/storage/database.ts';
import { count } from '../components/format.ts';
import { saveFile } from '../components/save-file.ts';
import { storage } from './storage.svelte.ts';
import { toasts } from './toasts.svelte.ts';

/** The list of conversations, kept in step with what this and other tabs store. */
class Conversations {
  /** All, the latest first. */
  heads = $state.raw<ConversationHead[]>([]);
  /** Those that have the words of the query. */
  shown = $state.raw<ConversationHead[]>([]);
  error = $state.raw<LabError | null>(null);
  readonly #library = openLibrary();
  #query = $state('');
  #refreshing: Promise<void> | null = null;
  #again = false;

  constructor() {
    this.#library.subscribe((event) => {
      if (event.type === 'unsaved') this.#tell(event.error);
      else void this.refresh();
    });
    // What a growing reply gained since its last save goes with the page otherwise.
    addEventListener('pagehide', () => void this.#library.flush());
    void this.refresh();
  }

  get query(): string {
    return this.#query;
  }

  set query(query: string) {
    this.#query = query;
    void this.refresh();
  }

  subscribe(listener: (event: LibraryEvent) => void): () => void {
    return this.#library.subscribe(listener);
  }

  /** Reads the list again; calls while it is being read lead to one more reading, not to one each. */
  refresh(): Promise<void> {
    this.#again = true;
    this.#refreshing ??= this.#read().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  get(id: string): Promise<Conversation | undefined> {
    return this.#library.get(id);
  }

  /** Without any storage a conversation lasts as long as the page, which the frame of the page says. */
  async save(conversation: Conversation): Promise<void> {
    try {
      await this.#library.save(conversation);
    } catch (error) {
      if (!this.#storageMissing()) throw error;
      await this.refresh();
    }
  }

  keepMessage(conversation: string, message: Message): void {
    this.#library.keepMessage(conversation, message);
  }

  async remove(id: string): Promise<void> {
    await this.#try('The conversation could not be deleted.', async () => {
      const removed = await this.#library.remove(id);
      if (!removed) return;
      toasts.show(`Deleted “${removed.title || 'New conversation'}”.`, {
        label: 'Undo',
        run: () => void this.#library.add([removed]),
      });
    });
  }

  async removeAll(): Promise<void> {
    await this.#try('The conversations could not be deleted.', () => this.#library.removeAll());
  }

  async exportAll(): Promise<void> {
    await this.#try('The conversations could not be exported.', async () => {
      saveFile(`solace-conversations-${new Date().toISOString().slice(0, 10)}.json`, await this.#library.export());
    });
  }

  async importFiles(files: readonly File[]): Promise<void> {
    for (const file of files) {
      await this.#try('The file could not be imported.', async () => {
        const report = await this.#library.import(await file.text());
        const parts = [`${count(report.added.length, 'conversation')} imported`];
        if (report.alreadyHere.length > 0) parts.push(`${report.alreadyHere.length} already here`);
        toasts.show(`${parts.join(', ')}.`);
        const [problem] = report.problems;
        if (problem) {
          const more = report.problems.length > 1 ? ` ${report.problems.length - 1} more were left out as well.` : '';
          this.error = new LabError({
            code: 'bad-data',
            what: `${problem.what}${more}`,
            where: `${file.name}, ${problem.where}`,
            todo: 'The sound conversations were imported. Correct the file to get the rest.',
          });
        }
      });
    }
  }

  async #read(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.#try('The conversations could not be read.', async () => {
        this.heads = await this.#library.list();
        // A database that is refused is only found out by opening it.
        if (storageMissing()) storage.missing = true;
        this.shown = this.#query.trim() ? await this.#library.list(this.#query) : this.heads;
      });
    }
  }

  #tell(error: LabError): void {
    if (!this.#storageMissing()) this.error = error;
  }

  #storageMissing(): boolean {
    if (storageMissing()) storage.missing = true;
    return storage.missing;
  }

  async #try(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#tell(LabError.from(error, { code: 'unsupported', what, todo: 'Reload the page and try again.' }));
    }
  }
}

export const conversations = new Conversations();
