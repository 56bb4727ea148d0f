import { LabError } from '../../core/error.ts';
import { formatBytes } from '../../core/units.ts';
import { notebookTexts as t } from '../texts/notebooks.ts';
import { shellTexts } from '../texts/shell.ts';
import { attempt } from './attempt.ts';
import type { Toasts } from './toasts.svelte.ts';

/** Bytes of all files of a notebook, and how many there may be: the sandbox can request more without a person. */
const LARGEST = 100_000_000;
const MOST = 50;

/** Where the files of notebooks are stored. */
export interface FileShelf {
  notebookFiles(notebook: string): Promise<File[]>;
  attachFiles(notebook: string, files: readonly File[]): Promise<void>;
  detachFiles(notebook: string, name?: string): Promise<void>;
}

const FAILED = {
  code: 'unsupported',
  what: 'The file could not be stored.',
  todo: 'Make room in this browser, or use a part of the file.',
} as const;

/** The files attached to the open notebook, which its cells read with `FileAttachment`. */
export class NotebookFiles {
  list = $state.raw<readonly File[]>([]);
  error = $state.raw<LabError | null>(null);
  readonly #notebook: string;
  readonly #shelf: FileShelf;
  readonly #toasts: Pick<Toasts, 'show'>;

  constructor(notebook: string, shelf: FileShelf, toasts: Pick<Toasts, 'show'>) {
    this.#notebook = notebook;
    this.#shelf = shelf;
    this.#toasts = toasts;
  }

  /** Reads what is stored; without storage there is nothing. */
  async load(): Promise<void> {
    this.list = await this.#shelf.notebookFiles(this.#notebook).catch(() => []);
  }

  /** Attaches files; one of the same name is replaced, which can be undone. */
  async add(files: readonly File[]): Promise<void> {
    this.error = null;
    const isNew = ({ name }: File) => files.some((file) => file.name === name);
    const replaced = this.list.filter(isNew);
    const after = [...this.list.filter((file) => !isNew(file)), ...files];
    await this.#attempt(async () => {
      const bytes = after.reduce((sum, { size }) => sum + size, 0);
      if (bytes > LARGEST || after.length > MOST)
        throw new LabError({
          code: 'unsupported',
          where: files.map(({ name }) => name).join(', '),
          what:
            `A notebook can have ${MOST} files and ${formatBytes(LARGEST)} of them; these would be ${after.length} ` +
            `and ${formatBytes(bytes)}.`,
          todo: 'Remove one, or use a part of the file.',
        });
      await this.#shelf.attachFiles(this.#notebook, files);
      await this.load();
    });
    if (this.error || replaced.length === 0) return;
    this.#offerUndo(t.replaced(replaced.map(({ name }) => name).join(', ')), replaced);
  }

  /** Removes a file, which can be undone. */
  async remove(file: File): Promise<void> {
    await this.#attempt(async () => {
      await this.#shelf.detachFiles(this.#notebook, file.name);
      await this.load();
      this.#offerUndo(t.removed(file.name), [file]);
    });
  }

  #offerUndo(what: string, files: readonly File[]): void {
    const undo = () =>
      this.#attempt(async () => {
        await this.#shelf.attachFiles(this.#notebook, files);
        await this.load();
      });
    this.#toasts.show(what, { label: shellTexts.undo, run: () => void undo() });
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    await attempt((error) => (this.error = error), FAILED, work);
  }
}
