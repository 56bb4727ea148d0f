import type { LabError } from '../../core/error.ts';
import type { DatasetSummary, DialogueQuery, ImportCalls, ImportProgress } from '../../lab/index.ts';
import { componentsTexts } from '../texts/components.ts';
import { dataTexts } from '../texts/data.ts';
import { shellTexts } from '../texts/shell.ts';
import { attempt } from './attempt.ts';
import type { Toasts } from './toasts.svelte.ts';

/** The datasets of this browser. */
export interface DatasetShelf {
  listDatasets(): Promise<DatasetSummary[]>;
  importFiles(files: readonly File[], calls: ImportCalls): Promise<DatasetSummary>;
  importUrl(url: string, calls: ImportCalls): Promise<DatasetSummary>;
  removeDataset(id: string): Promise<void>;
  exportDataset(id: string, query: DialogueQuery): Promise<Blob>;
}

interface Dependencies {
  shelf: DatasetShelf;
  toasts: Pick<Toasts, 'show'>;
  saveFile(name: string, content: Blob, type: string): void;
}

/** The datasets of this browser, and the one that is being imported. */
export class Datasets {
  /** The built-in ones first; null until the list is read. */
  list = $state.raw<DatasetSummary[] | null>(null);
  error = $state.raw<LabError | null>(null);
  /** What is being imported, one at a time. */
  adding = $state.raw<{ name: string; progress: ImportProgress | null } | null>(null);
  addError = $state.raw<LabError | null>(null);
  readonly #dependencies: Dependencies;
  #stopping: AbortController | null = null;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  async refresh(): Promise<void> {
    await this.#try(dataTexts.failed.list, async () => {
      this.list = await this.#dependencies.shelf.listDatasets();
    });
  }

  files(files: readonly File[]): Promise<DatasetSummary | null> {
    return this.#add(files.length === 1 ? (files[0]?.name ?? '') : componentsTexts.files(files.length), (calls) =>
      this.#dependencies.shelf.importFiles(files, calls),
    );
  }

  address(url: string): Promise<DatasetSummary | null> {
    return this.#add(url, (calls) => this.#dependencies.shelf.importUrl(url, calls));
  }

  readonly cancel = (): void => this.#stopping?.abort();

  /** Resolves to whether the dataset is gone. */
  async remove(id: string): Promise<boolean> {
    const removed = await this.#try(dataTexts.failed.remove, () => this.#dependencies.shelf.removeDataset(id));
    // Listing clears the error, which must stay.
    if (removed) await this.refresh();
    return removed;
  }

  /** Saves the dialogues that match a query as a file of JSON lines. */
  async export({ id, name }: DatasetSummary, query: DialogueQuery = {}): Promise<void> {
    await this.#try(dataTexts.failed.export, async () => {
      const fileName = `${name.replace(/\.(jsonl?|csv|txt)?(\.gz)?$/i, '')}.jsonl`;
      this.#dependencies.saveFile(
        fileName,
        await this.#dependencies.shelf.exportDataset(id, query),
        'application/jsonl',
      );
    });
  }

  async #add(name: string, work: (calls: ImportCalls) => Promise<DatasetSummary>): Promise<DatasetSummary | null> {
    if (this.adding) return null;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.adding = { name, progress: null };
    this.addError = null;
    const failed = { code: 'bad-data', what: dataTexts.failed.import, where: name } as const;
    const added = await attempt(
      (error) => (this.addError = error),
      failed,
      async () => {
        const imported = await work({
          signal: stopping.signal,
          onProgress: (progress) => (this.adding = { name, progress }),
        });
        const { dialogues, badCount } = imported;
        this.#dependencies.toasts.show(
          badCount > 0 ? dataTexts.importedWithout(dialogues, badCount) : dataTexts.imported(dialogues),
        );
        await this.refresh();
        return imported;
      },
    );
    this.adding = null;
    this.#stopping = null;
    return added ?? null;
  }

  /** Resolves to whether `work` succeeded. */
  async #try(what: string, work: () => Promise<void>): Promise<boolean> {
    this.error = null;
    const failed = { code: 'unsupported', what, todo: shellTexts.reloadTodo } as const;
    await attempt((error) => (this.error = error), failed, work);
    return this.error === null;
  }
}
