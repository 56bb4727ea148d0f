import { LabError } from '../../core/error.ts';
import {
  exportDataset,
  importFiles,
  importUrl,
  listDatasets,
  removeDataset,
  type DatasetSummary,
  type DialogueQuery,
  type ImportCalls,
  type ImportProgress,
} from '../../lab/datasets.ts';
import { saveFile } from '../components/save-file.ts';
import { count } from '../components/format.ts';
import { toasts } from './toasts.svelte.ts';

/** The datasets of this browser, and the one that is being imported. */
class Datasets {
  /** The built-in one first; null until it was read. */
  list = $state.raw<DatasetSummary[] | null>(null);
  error = $state.raw<LabError | null>(null);
  /** What is being imported, one at a time. */
  adding = $state.raw<{ name: string; progress: ImportProgress | null } | null>(null);
  addError = $state.raw<LabError | null>(null);
  #stopping: AbortController | null = null;

  async refresh(): Promise<void> {
    await this.#try('The datasets could not be listed.', async () => {
      this.list = await listDatasets();
    });
  }

  files(files: readonly File[]): Promise<DatasetSummary | null> {
    return this.#add(files.length === 1 ? (files[0]?.name ?? '') : count(files.length, 'file'), (calls) =>
      importFiles(files, calls),
    );
  }

  address(url: string): Promise<DatasetSummary | null> {
    return this.#add(url, (calls) => importUrl(url, calls));
  }

  readonly cancel = (): void => this.#stopping?.abort();

  async remove(id: string): Promise<void> {
    await this.#try('The dataset could not be removed.', () => removeDataset(id));
    await this.refresh();
  }

  /** Saves the dialogues that meet a query as a file of JSON lines. */
  async export({ id, name }: DatasetSummary, query: DialogueQuery = {}): Promise<void> {
    await this.#try('The dataset could not be exported.', async () => {
      saveFile(
        `${name.replace(/\.(jsonl?|csv|txt)?(\.gz)?$/i, '')}.jsonl`,
        await exportDataset(id, query),
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
    try {
      const added = await work({
        signal: stopping.signal,
        onProgress: (progress) => (this.adding = { name, progress }),
      });
      toasts.show(
        `${count(added.dialogues, 'dialogue')} imported${added.badCount > 0 ? `, ${count(added.badCount, 'record')} left out` : ''}.`,
      );
      await this.refresh();
      return added;
    } catch (error) {
      const fault = LabError.from(error, { code: 'bad-data', what: 'The dataset could not be imported.', where: name });
      if (fault.code !== 'cancelled') this.addError = fault;
      return null;
    } finally {
      this.adding = null;
      this.#stopping = null;
    }
  }

  async #try(what: string, work: () => Promise<void>): Promise<void> {
    try {
      this.error = null;
      await work();
    } catch (error) {
      this.error = LabError.from(error, { code: 'unsupported', what, todo: 'Reload the page and try again.' });
    }
  }
}

export const datasets = new Datasets();
