import { LabError } from '../../core/error.ts';
import { uniqueId } from '../../core/unique-id.ts';
import type { StoredNotebook } from '../../lab/index.ts';
import { CATALOGUE } from '../../notebook/catalogue.ts';
import { LONGEST_NOTEBOOK } from '../../notebook/protocol.ts';
import type { ReadNotebook } from '../notebook/import.ts';
import { notebookTexts as t } from '../texts/notebooks.ts';
import { shellTexts } from '../texts/shell.ts';
import { attempt } from './attempt.ts';
import { Latest } from './latest.ts';
import type { FileShelf } from './notebook-files.svelte.ts';
import type { Toasts } from './toasts.svelte.ts';

/** The notebook that is open. */
export interface ShownNotebook {
  id: string;
  title: string;
  /** Its text when it was opened; edits are in the sandbox and in the store. */
  html: string;
  imported: boolean;
  builtIn: boolean;
}

const emptyNotebook = (title: string): string => `<!doctype html>
<notebook theme="air">
  <title>${title}</title>
  <script id="1" type="text/markdown">
    # ${title}
  </script>
  <script id="2" type="module" pinned>
    const [first] = await lab.compress(["I am so tired of all this."], {representation: "keypos"});
    display(first.text);
  </script>
</notebook>
`;

const FAILED = {
  code: 'unsupported',
  what: 'The notebook could not be read or stored.',
  todo: 'Export it, then reload the page.',
} as const;

const isBuiltIn = (id: string): boolean => CATALOGUE.some(({ name }) => name === id);

/** Where notebooks are stored. */
export interface NotebookShelf extends FileShelf {
  listNotebooks(): Promise<StoredNotebook[]>;
  getNotebook(id: string): Promise<StoredNotebook | undefined>;
  putNotebook(notebook: StoredNotebook): Promise<unknown>;
  deleteNotebook(id: string): Promise<void>;
}

interface Dependencies {
  shelf: NotebookShelf;
  /** The text of a notebook that comes with the lab. */
  loadBuiltIn(name: string): Promise<string | undefined>;
  readNotebook(file: File): Promise<ReadNotebook>;
  /** Which notebooks did not finish when they last ran. */
  marks: { didNotFinish(id: string): boolean; markRunning(id: string): void; clearMark(id: string): void };
  toasts: Pick<Toasts, 'show'>;
}

/** The person's notebooks, and the one that is open. */
export class Notebooks {
  stored = $state.raw<StoredNotebook[]>([]);
  shown = $state.raw<ShownNotebook | null>(null);
  /** The text as last saved or opened: what an export holds. */
  current = $state('');
  /** Whether the built-in notebook that is open differs from the original. */
  edited = $state(false);
  error = $state.raw<LabError | null>(null);
  readonly #dependencies: Dependencies;
  readonly #shelf: NotebookShelf;
  readonly #opening = new Latest();
  readonly #listing = new Latest();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.#shelf = dependencies.shelf;
  }

  async refresh(): Promise<void> {
    const current = this.#listing.ask();
    await this.#attempt(async () => {
      const stored = await this.#shelf.listNotebooks();
      if (current()) this.stored = stored;
    });
  }

  isEdited(name: string): boolean {
    return this.stored.some(({ id }) => id === name);
  }

  get own(): StoredNotebook[] {
    return this.stored.filter(({ id }) => !isBuiltIn(id));
  }

  /** Opens a built-in or stored notebook. */
  async open(id: string): Promise<void> {
    const current = this.#opening.ask();
    this.shown = null;
    this.error = null;
    await this.#attempt(async () => {
      const stored = await this.#shelf.getNotebook(id);
      const entry = CATALOGUE.find(({ name }) => name === id);
      const html = stored?.html ?? (entry && (await this.#dependencies.loadBuiltIn(id)));
      if (!current()) return;
      if (html === undefined)
        throw new LabError({
          code: 'not-found',
          where: id,
          what: 'This notebook does not exist here.',
          todo: 'Go back to the list.',
        });
      this.edited = Boolean(stored && entry);
      this.current = html;
      this.shown = {
        id,
        title: stored?.title ?? entry?.title ?? t.untitled,
        html,
        imported: stored?.imported ?? false,
        builtIn: Boolean(entry),
      };
    }, current);
  }

  /** Stores the current text of the notebook in the sandbox. */
  async save(id: string, { title, html }: { title: string; html: string }): Promise<void> {
    const shown = this.shown;
    if (shown?.id !== id || typeof title !== 'string' || typeof html !== 'string' || html.length > LONGEST_NOTEBOOK)
      return;
    const kept = title.slice(0, 200);
    this.current = html;
    this.edited = shown.builtIn;
    await this.#attempt(() =>
      this.#shelf.putNotebook({ id, title: kept, html, imported: shown.imported, updatedAt: Date.now() }),
    );
  }

  /** Discards the edits of the built-in notebook that is open. */
  reset(id: string): Promise<void> {
    return this.#discardEdits(id, () => (this.shown?.id === id ? this.open(id) : this.refresh()));
  }

  /** Discards the edits of a built-in notebook without opening it. */
  restore(id: string): Promise<void> {
    return this.#discardEdits(id, () => this.refresh());
  }

  async remove(notebook: StoredNotebook): Promise<void> {
    const { id } = notebook;
    // Files that cannot be read are not deleted, because undo could not restore them.
    const files = await this.#attempt(async () => {
      const attached = await this.#shelf.notebookFiles(id);
      await this.#shelf.deleteNotebook(id);
      if (attached.length > 0) await this.#shelf.detachFiles(id);
      return attached;
    });
    await this.refresh();
    if (!files) return;
    const undo = async (): Promise<void> => {
      await this.#attempt(async () => {
        if (files.length > 0) await this.#shelf.attachFiles(id, files);
        await this.#shelf.putNotebook(notebook);
      });
      await this.refresh();
    };
    this.#dependencies.toasts.show(t.notebookDeleted(notebook.title), {
      label: shellTexts.undo,
      run: () => void undo(),
    });
  }

  async #discardEdits(id: string, show: () => Promise<void>): Promise<void> {
    const unfinished = this.#dependencies.marks.didNotFinish(id);
    // What cannot be read is not deleted, because undo could not restore it.
    const edits = await this.#attempt(async () => {
      const before = await this.#shelf.getNotebook(id);
      await this.#shelf.deleteNotebook(id);
      return { before };
    });
    if (!edits) return;
    this.#dependencies.marks.clearMark(id);
    await show();
    const { before } = edits;
    if (!before) return;
    const undo = async (): Promise<void> => {
      if (unfinished) this.#dependencies.marks.markRunning(id);
      await this.#attempt(() => this.#shelf.putNotebook(before));
      await show();
    };
    this.#dependencies.toasts.show(t.restored, { label: shellTexts.undo, run: () => void undo() });
  }

  /** Stores a new notebook and returns its id. */
  create(): Promise<string | undefined> {
    return this.#add({ title: t.untitled, html: emptyNotebook(t.untitled), imported: false });
  }

  /** Copies the open notebook as it is now, with its files, and returns the copy's id. */
  async copy(): Promise<string | undefined> {
    const { id, title = t.untitled, imported = false } = this.shown ?? {};
    const copy = await this.#add({ title: t.copyOf(title), html: this.current, imported });
    if (id === undefined || copy === undefined) return copy;
    await this.#attempt(async () => {
      const files = await this.#shelf.notebookFiles(id);
      if (files.length > 0) await this.#shelf.attachFiles(copy, files);
    });
    return copy;
  }

  /** Imports notebook files; unreadable ones are shown as errors, the others are stored. */
  async import(files: readonly File[]): Promise<string | undefined> {
    let last: string | undefined;
    for (const file of files) {
      await this.#attempt(async () => {
        last = await this.#add({ ...(await this.#dependencies.readNotebook(file)), imported: true });
      });
    }
    await this.refresh();
    return last;
  }

  async #add(notebook: Omit<StoredNotebook, 'id' | 'updatedAt'>): Promise<string | undefined> {
    const id = uniqueId();
    const done = await this.#attempt(() =>
      this.#shelf.putNotebook({ ...notebook, id, updatedAt: Date.now() }).then(() => true),
    );
    return done ? id : undefined;
  }

  #attempt<Result>(work: () => Promise<Result>, current = (): boolean => true): Promise<Result | undefined> {
    return attempt((error) => current() && (this.error = error), FAILED, work);
  }
}
