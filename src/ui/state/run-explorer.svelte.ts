import { readAddress, writeAddress, type ExplorerAddress, type ReplyCell } from '../../core/explorer/address.ts';
import type { Distribution } from '../../core/explorer/distribution.ts';
import type { PageRow, Selection, TurnPage } from '../../core/explorer/explorer.ts';
import type { ExploredRecord } from '../../core/explorer/explored-record.ts';
import type { OpenTurn } from '../../core/explorer/open-turn.ts';
import { EVERY_TURN, type TurnQuery } from '../../core/explorer/query.ts';
import { turnKey } from '../../core/evaluation/record.ts';
import type { Scatter } from '../../core/explorer/scatter.ts';
import type { Slices } from '../../core/explorer/slices.ts';
import type { LabError } from '../../core/error.ts';
import type { ExploredRun, TurnContext } from '../../lab/index.ts';
import { attempt } from './attempt.ts';
import { Latest } from './latest.ts';

/** Rows that are asked for at once. */
export const BLOCK = 100;
/** The measures that the table and the figures show unless others are chosen, in order of preference. */
const USUAL = ['judge_mean', 'rougeL', 'nltk_meteor', 'bertscore', 'perplexity', 'promptTokens'];
const USUAL_COLUMNS = 4;

/** Opens runs and answers questions about their replies. */
export interface ExplorerService {
  exploreRun(id: string): Promise<ExploredRun>;
  exploredPage(
    selection: Selection,
    columns: readonly string[],
    part: { offset: number; limit: number },
  ): Promise<TurnPage>;
  exploredTurn(selection: Selection, place: { dialogue: string; turn: number }): Promise<OpenTurn | null>;
  exploredDistribution(selection: Selection, measure: string): Promise<Distribution>;
  exploredScatter(selection: Selection, x: string, y: string): Promise<Scatter>;
  exploredSlices(selection: Selection, measure: string, by: ExplorerAddress['by']): Promise<Slices>;
  exportExplored(selection: Selection, form: 'csv' | 'json'): Promise<Blob>;
  contextOfReply(run: ExploredRun, record: ExploredRecord, signal?: AbortSignal): Promise<TurnContext>;
}

export type ShownFigure =
  { view: 'distribution'; data: Distribution } | { view: 'scatter'; data: Scatter } | { view: 'slices'; data: Slices };

interface Dependencies {
  service: ExplorerService;
  /** Writes the state of a run into the address of the page; `replace` adds no history entry. */
  navigate: (run: string, query: string, replace: boolean) => void;
}

const FAILED = {
  code: 'bad-data',
  what: 'The replies of this run could not be read.',
  todo: 'Reload the page.',
} as const;

/** The replies of a run, as the address of the page describes them. Every change goes through the address. */
export class RunExplorer {
  run = $state.raw<ExploredRun | null>(null);
  /** The run to compare with. */
  other = $state.raw<ExploredRun | null>(null);
  address = $state.raw<ExplorerAddress>(readAddress(''));
  /** Number of replies and turns that match, and their totals; null until they are counted. */
  found = $state.raw<Omit<TurnPage, 'rows'> | null>(null);
  /** Rows of the table by block. */
  blocks = $state.raw<Readonly<Record<number, readonly PageRow[]>>>({});
  figure = $state.raw<ShownFigure | null>(null);
  /** The open turn; undefined if the run has no such turn. */
  turn = $state.raw<OpenTurn | null | undefined>(null);
  /** The context of one reply to it. */
  context = $state.raw<TurnContext | null>(null);
  error = $state.raw<LabError | null>(null);
  readonly #dependencies: Dependencies;
  readonly #opening = new Latest();
  readonly #showing = new Latest();
  readonly #drawing = new Latest();
  #opened: Record<string, ExploredRun> = {};
  /** The blocks that were asked for. */
  #reading: Record<number, Promise<void>> = {};
  #id: string | null = null;
  #shown = '';
  #context: AbortController | null = null;

  /** The measures in the table's columns. */
  readonly columns: readonly string[] = $derived.by(() => {
    const known = this.run?.measures ?? [];
    const chosen = this.address.columns.filter((name) => known.includes(name));
    return chosen.length > 0 ? chosen : USUAL.filter((name) => known.includes(name)).slice(0, USUAL_COLUMNS);
  });
  /** The measures of the figures. */
  readonly x: string = $derived(this.#measure(this.address.x, 0));
  readonly y: string = $derived(this.#measure(this.address.y, 1));
  readonly filtered: boolean = $derived(
    JSON.stringify({ ...this.address.query, sort: null, judge: null }) !== JSON.stringify(EVERY_TURN),
  );

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Shows what an address describes. */
  async arrive(id: string, query: string): Promise<void> {
    this.address = readAddress(query);
    if (id !== this.#id) {
      this.#id = id;
      this.#clear();
      [this.run, this.error] = [null, null];
    }
    const { other } = this.address;
    const current = this.#opening.ask();
    await this.#attempt(current, async () => {
      const run = await this.#open(id);
      if (!current()) return;
      if (run !== this.run) this.run = run;
      const compared = other === null ? null : await attempt(this.#fail, FAILED, () => this.#open(other));
      if (!current()) return;
      this.other = compared ?? null;
      await this.#show();
    });
  }

  /** Reads the run again, which has more records or verdicts now. */
  async reload(): Promise<void> {
    if (this.#id === null) return;
    this.#opened = {};
    this.#shown = '';
    await this.arrive(this.#id, writeAddress(this.address));
  }

  /** Changes the filter or the order. */
  filter(change: Partial<TurnQuery>, replace = false): void {
    this.go({ query: { ...this.address.query, ...change }, open: null }, replace);
  }

  go(change: Partial<ExplorerAddress>, replace = false): void {
    if (this.#id !== null) this.#dependencies.navigate(this.#id, this.query(change), replace);
  }

  /** The query of an address that differs from the present one. */
  query(change: Partial<ExplorerAddress>): string {
    return writeAddress({ ...this.address, ...change });
  }

  /** Sorts by a column: from its better end first, then the other way, then not at all. */
  sortBy(by: string, descendingFirst: boolean): void {
    const { sort } = this.address.query;
    if (sort?.by !== by) this.filter({ sort: { by, descending: descendingFirst } });
    else this.filter({ sort: sort.descending === descendingFirst ? { by, descending: !descendingFirst } : null });
  }

  rowAt(position: number): PageRow | undefined {
    return this.blocks[Math.floor(position / BLOCK)]?.[position % BLOCK];
  }

  /** Asks for the rows of a stretch of the table that are not there yet. */
  need(from: number, to: number): void {
    for (let block = Math.floor(from / BLOCK); block * BLOCK < to; block++) void this.#block(block);
  }

  /** Resolves once the row at a position is there, or cannot be read. */
  async settled(position: number): Promise<void> {
    await this.#reading[Math.floor(position / BLOCK)];
  }

  /** The reply whose context is shown: the one that the address names, or the first. */
  get seen(): ExploredRecord | undefined {
    const { context } = this.address;
    const is = (cell: ReplyCell) => (record: ExploredRecord) =>
      record.model === cell.model && record.representation === cell.condition;
    const records = this.turn?.replies.map(({ record }) => record) ?? [];
    return (context && records.find(is(context))) ?? records[0];
  }

  /** The matching replies as a file; undefined if that failed. */
  async file(form: 'csv' | 'json'): Promise<Blob | undefined> {
    return attempt(this.#fail, { ...FAILED, what: 'The replies could not be exported.' }, () =>
      this.#dependencies.service.exportExplored(this.#selection(), form),
    );
  }

  readonly #fail = (error: LabError): void => void (this.error = error);

  readonly dismiss = (): void => void (this.error = null);

  #measure(chosen: string | null, place: number): string {
    const known = this.run?.measures ?? [];
    if (chosen !== null && known.includes(chosen)) return chosen;
    const usual = USUAL.filter((name) => known.includes(name));
    return usual[place] ?? usual[0] ?? known[place] ?? known[0] ?? '';
  }

  #selection(): Selection {
    const { query, other } = this.address;
    return { run: this.run?.id ?? '', query, other: this.other ? other : null, compared: this.columns[0] ?? '' };
  }

  async #open(id: string): Promise<ExploredRun> {
    const known = this.#opened[id];
    if (known) return known;
    const run = await this.#dependencies.service.exploreRun(id);
    this.#opened[id] = run;
    return run;
  }

  /** Reads what the address shows, unless it is there already. */
  async #show(): Promise<void> {
    const { address } = this;
    const selection = this.#selection();
    const key = JSON.stringify([selection, this.columns]);
    if (key !== this.#shown) {
      this.#clear();
      this.#shown = key;
    }
    if (address.open) return this.#showTurn(selection);
    this.#close();
    return this.#showList(selection);
  }

  async #showList(selection: Selection): Promise<void> {
    const { view, by } = this.address;
    if (view === 'table') return this.#block(0);
    const { service } = this.#dependencies;
    const [{ x, y }, current] = [this, this.#drawing.ask()];
    const figure: ShownFigure =
      view === 'distribution'
        ? { view, data: await service.exploredDistribution(selection, x) }
        : view === 'scatter'
          ? { view, data: await service.exploredScatter(selection, x, y) }
          : { view, data: await service.exploredSlices(selection, x, by) };
    if (current()) this.figure = figure;
    // The number of replies stands above figures, too.
    await this.#block(0);
  }

  async #showTurn(selection: Selection): Promise<void> {
    const { open } = this.address;
    const first = this.turn?.replies[0]?.record;
    if (open && (!first || turnKey(first) !== turnKey(open))) {
      this.context = null;
      this.turn = null;
    }
    const current = this.#opening.follow();
    const turn = open && (await this.#dependencies.service.exploredTurn(selection, open));
    if (!current()) return;
    this.turn = turn ?? undefined;
    await this.#showContext();
  }

  async #showContext(): Promise<void> {
    this.#context?.abort();
    const [{ run, seen }, looking] = [this, new AbortController()];
    this.#context = looking;
    this.context = null;
    if (!run || !seen) return;
    const context = await this.#dependencies.service.contextOfReply(run, seen, looking.signal);
    if (!looking.signal.aborted) this.context = context;
  }

  #close(): void {
    this.#context?.abort();
    [this.turn, this.context] = [null, null];
  }

  #clear(): void {
    this.#showing.ask();
    this.#reading = {};
    this.#shown = '';
    [this.blocks, this.found, this.figure] = [{}, null, null];
    this.#close();
  }

  #block(block: number): Promise<void> {
    return (this.#reading[block] ??= this.#read(block));
  }

  #read(block: number): Promise<void> {
    const current = this.#showing.follow();
    return this.#attempt(current, async () => {
      const part = { offset: block * BLOCK, limit: BLOCK };
      const { rows, ...found } = await this.#dependencies.service.exploredPage(this.#selection(), this.columns, part);
      if (!current()) return;
      this.found = found;
      this.blocks = { ...this.blocks, [block]: rows };
    });
  }

  #attempt(current: () => boolean, work: () => Promise<void>): Promise<void> {
    return attempt((error) => current() && this.#fail(error), FAILED, work);
  }
}
