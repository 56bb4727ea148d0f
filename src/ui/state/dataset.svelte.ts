import { LabError } from '../../core/error.ts';
import {
  browseDataset,
  datasetStatistics,
  datasetSummary,
  getDialogue,
  type DatasetStatistics,
  type DatasetSummary,
  type Dialogue,
  type DialogueQuery,
  type DialogueRow,
} from '../../lab/datasets.ts';

const PAGE = 50;

/** What a person filters by; a blank field allows all. */
export type Filter = Required<DialogueQuery>;
const NO_FILTER: Filter = { words: '', scene: '', emotion: '', strategy: '' };

/** The dataset that is open: its dialogues as filtered, the one that is read, its figures. */
class OpenDataset {
  summary = $state.raw<DatasetSummary | null>(null);
  filter = $state<Filter>({ ...NO_FILTER });
  rows = $state.raw<DialogueRow[]>([]);
  /** How many dialogues meet the filter. */
  total = $state(0);
  /** Of the whole dataset: what there is to filter by. */
  whole = $state.raw<DatasetStatistics | null>(null);
  /** Of the dialogues that meet the filter; null until they are counted. */
  filtered = $state.raw<DatasetStatistics | null>(null);
  dialogue = $state.raw<Dialogue | null>(null);
  error = $state.raw<LabError | null>(null);
  /** Answers to an earlier question are thrown away. */
  #asked = 0;
  /** The dialogue that was asked for last. */
  #wanted: string | null = null;

  readonly query: DialogueQuery = $derived(
    Object.fromEntries(Object.entries(this.filter).filter(([, value]) => value.trim() !== '')),
  );

  async open(id: string): Promise<void> {
    if (this.summary?.id === id) return;
    this.close();
    await this.#ask(async (current) => {
      const [summary, whole, page] = await Promise.all([
        datasetSummary(id),
        datasetStatistics(id),
        browseDataset(id, {}, { limit: PAGE }),
      ]);
      if (current()) Object.assign(this, { summary, whole, filtered: whole, ...page });
    });
  }

  close(): void {
    this.#asked++;
    Object.assign(this, {
      summary: null,
      rows: [],
      total: 0,
      whole: null,
      filtered: null,
      dialogue: null,
      error: null,
      filter: { ...NO_FILTER },
    });
  }

  /** Applies the filter anew. */
  async search(): Promise<void> {
    const id = this.summary?.id;
    if (id === undefined) return;
    this.#asked++;
    this.filtered = null;
    await this.#ask(async (current) => {
      const page = await browseDataset(id, this.query, { limit: PAGE });
      if (current()) Object.assign(this, page);
    });
  }

  clearFilter(): Promise<void> {
    this.filter = { ...NO_FILTER };
    return this.search();
  }

  /** Shows the next rows of the list. */
  async more(): Promise<void> {
    const id = this.summary?.id;
    if (id === undefined) return;
    await this.#ask(async (current) => {
      const { rows } = await browseDataset(id, this.query, { offset: this.rows.length, limit: PAGE });
      if (current()) this.rows = [...this.rows, ...rows];
    });
  }

  /** Counts the dialogues that meet the filter. */
  async count(): Promise<void> {
    const id = this.summary?.id;
    if (id === undefined || this.filtered !== null) return;
    await this.#ask(async (current) => {
      const filtered = await datasetStatistics(id, this.query);
      if (current()) this.filtered = filtered;
    });
  }

  /** Opens a dialogue to read; null closes it. */
  async read(dataset: string, dialogue: string | null): Promise<void> {
    this.#wanted = dialogue;
    try {
      const found = dialogue === null ? null : ((await getDialogue(dataset, dialogue)) ?? null);
      if (this.#wanted === dialogue) this.dialogue = found;
    } catch (error) {
      this.error = asFault(error);
    }
  }

  /** Does work whose outcome counts only while nothing else was asked. */
  async #ask(work: (current: () => boolean) => Promise<void>): Promise<void> {
    const asked = this.#asked;
    const current = (): boolean => asked === this.#asked;
    try {
      await work(current);
      if (current()) this.error = null;
    } catch (error) {
      if (current()) this.error = asFault(error);
    }
  }
}

const asFault = (error: unknown): LabError =>
  LabError.from(error, {
    code: 'bad-data',
    what: 'The dataset could not be read.',
    todo: 'Reload the page, or import it again.',
  });

export const dataset = new OpenDataset();
