import type { LabError } from '../../core/error.ts';
import type { DatasetStatistics, DatasetSummary, Dialogue, DialogueQuery, DialogueRow } from '../../lab/index.ts';
import { dataTexts } from '../texts/data.ts';
import { attempt } from './attempt.ts';
import { Latest } from './latest.ts';

const PAGE = 50;

/** What a person filters by; a blank field matches everything. */
export type Filter = Record<keyof DialogueQuery, string>;
const NO_FILTER: Filter = { words: '', scene: '', emotion: '', strategy: '' };

const failed = () => ({ code: 'bad-data', what: dataTexts.failed.read, todo: dataTexts.readTodo }) as const;

/** Answers questions about a dataset. */
export interface DatasetReader {
  datasetSummary(id: string): Promise<DatasetSummary>;
  datasetStatistics(id: string, query?: DialogueQuery): Promise<DatasetStatistics>;
  browseDataset(
    id: string,
    query: DialogueQuery,
    page: { offset?: number; limit: number },
  ): Promise<{ rows: DialogueRow[]; total: number }>;
  getDialogue(id: string, dialogue: string): Promise<Dialogue | undefined>;
}

/** The open dataset: the dialogues that match the filter, the one being read, and statistics. */
export class OpenDataset {
  summary = $state.raw<DatasetSummary | null>(null);
  filter = $state<Filter>({ ...NO_FILTER });
  rows = $state.raw<DialogueRow[]>([]);
  /** How many dialogues match the filter. */
  total = $state(0);
  /** Statistics of the whole dataset, which list the values to filter by. */
  whole = $state.raw<DatasetStatistics | null>(null);
  /** Statistics of the dialogues that match the filter; null until they are counted. */
  filtered = $state.raw<DatasetStatistics | null>(null);
  dialogue = $state.raw<Dialogue | null>(null);
  error = $state.raw<LabError | null>(null);
  readonly #reader: DatasetReader;
  /** The latest request for a list. */
  readonly #listing = new Latest();
  /** The latest request for a page of it. */
  readonly #page = new Latest();
  /** The latest request for a dialogue. */
  readonly #reading = new Latest();

  readonly query: DialogueQuery = $derived(
    Object.fromEntries(Object.entries(this.filter).filter(([, value]) => value.trim() !== '')),
  );

  constructor(reader: DatasetReader) {
    this.#reader = reader;
  }

  async open(id: string): Promise<void> {
    if (this.summary?.id === id) return;
    this.close();
    await this.#ask(this.#listing.ask(), async (current) => {
      const [summary, whole, page] = await Promise.all([
        this.#reader.datasetSummary(id),
        this.#reader.datasetStatistics(id),
        this.#reader.browseDataset(id, {}, { limit: PAGE }),
      ]);
      if (current()) Object.assign(this, { summary, whole, filtered: whole, ...page });
    });
  }

  close(): void {
    this.#listing.ask();
    this.#reading.ask();
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

  /** Applies the filter. */
  async search(): Promise<void> {
    const id = this.summary?.id;
    if (id === undefined) return;
    this.filtered = null;
    await this.#ask(this.#listing.ask(), async (current) => {
      const page = await this.#reader.browseDataset(id, this.query, { limit: PAGE });
      if (current()) Object.assign(this, page);
    });
  }

  clearFilter(): Promise<void> {
    this.filter = { ...NO_FILTER };
    return this.search();
  }

  /** Shows the next rows of the list. Concurrent calls add them once. */
  async more(): Promise<void> {
    const id = this.summary?.id;
    if (id === undefined) return;
    const listed = this.#listing.follow();
    const page = this.#page.ask();
    await this.#ask(
      () => listed() && page(),
      async (current) => {
        const { rows } = await this.#reader.browseDataset(id, this.query, { offset: this.rows.length, limit: PAGE });
        if (current()) this.rows = [...this.rows, ...rows];
      },
    );
  }

  /** Counts the dialogues that match the filter. */
  async count(): Promise<void> {
    const id = this.summary?.id;
    if (id === undefined || this.filtered !== null) return;
    await this.#ask(this.#listing.follow(), async (current) => {
      const filtered = await this.#reader.datasetStatistics(id, this.query);
      if (current()) this.filtered = filtered;
    });
  }

  /** Opens a dialogue to read; null closes it. */
  async read(dataset: string, dialogue: string | null): Promise<void> {
    const current = this.#reading.ask();
    await attempt(
      (error) => current() && (this.error = error),
      failed(),
      async () => {
        const found = dialogue === null ? undefined : await this.#reader.getDialogue(dataset, dialogue);
        if (current()) this.dialogue = found ?? null;
      },
    );
  }

  /** Runs work whose outcome, even a failure, counts only while it is `current`. */
  async #ask(current: () => boolean, work: (current: () => boolean) => Promise<void>): Promise<void> {
    let failure: LabError | null = null;
    await attempt(
      (error) => (failure = error),
      failed(),
      () => work(current),
    );
    if (current()) this.error = failure;
  }
}
