import { toNotebook, type Cell, type Notebook } from '@observablehq/notebook-kit';
import type { Place } from '../guard/place.ts';
import type { Shown } from '../protocol.ts';
import { Attachments } from './attachments.ts';
import { OpenCell, type FocusWish } from './cell.svelte.ts';
import { NotebookEdits } from './edits.ts';
import { headingOf, type NotebookFile } from './file.ts';
import { NotebookRunner, type CellEvaluator, type Report } from './run.ts';

/** Milliseconds after the last keystroke before a change is sent to the page. */
const REST = 400;

/** Milliseconds without a pending cell before a run counts as finished. */
const SETTLED = 100;

/** Dependencies and callbacks of a notebook in the sandbox. */
export interface NotebookParts {
  evaluator: CellEvaluator;
  /** Called when the text has changed. */
  changed(file: NotebookFile): void;
  /** Called when a reader folds or unfolds the source of a cell: the cells whose sources they chose to see or not. */
  folded(shown: Shown): void;
  /** Called before cells run, and once none is pending any more. */
  busy(busy: boolean): Promise<void>;
  deleted(name: string): void;
}

/**
 * Without a hovering pointer, or on a small screen, a notebook is read-only until the person chooses to edit it.
 */
const COMPACT = '(hover: none), (max-width: 40rem)';

/** The notebook in the sandbox: its cells in order, run and edited. */
export class OpenNotebook {
  /** All cells, including those deleted since the notebook was opened. */
  cells = $state<OpenCell[]>([]);
  /** Whether its code is folded where a reader opens it. */
  fold = $state(false);
  /** False while an imported notebook waits for the person to run it. */
  running = $state(false);
  /** Whether cells can be edited, moved, added and deleted. */
  editable = $state(!matchMedia(COMPACT).matches);
  /** Whether editing can be switched on and off. */
  compact = $state(matchMedia(COMPACT).matches);
  focus = $state.raw<FocusWish | null>(null);
  /** What a screen reader should say. */
  said = $state('');
  readonly edits: NotebookEdits = new NotebookEdits(this);
  readonly #parts: NotebookParts;
  readonly #attachments = new Attachments();
  #runner: NotebookRunner | undefined;
  #head: Pick<Notebook, 'title' | 'theme' | 'readOnly'> = toNotebook({});
  #saving: ReturnType<typeof setTimeout> | undefined;
  #settling: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: NotebookParts) {
    this.#parts = parts;
    matchMedia(COMPACT).addEventListener('change', ({ matches }) => {
      this.compact = matches;
      this.allowEditing(!matches);
    });
  }

  /** The cells that are not deleted. */
  get live(): OpenCell[] {
    return this.cells.filter(({ deleted }) => !deleted);
  }

  /** Makes the notebook editable, or read-only with all editors closed. */
  allowEditing(editable: boolean): void {
    this.flush();
    this.editable = editable;
    if (!editable) for (const cell of this.cells) this.edits.closeEditor(cell);
  }

  /**
   * Replaces the notebook that is shown. `lab` is what its cells see under that name, `shown` what `folded` was last
   * told.
   */
  open({ cells, fold, ...head }: NotebookFile, lab: unknown, run: boolean, shown: Shown): void {
    for (const cell of this.cells) this.#runner?.remove(cell.id);
    this.#runner = new NotebookRunner(lab, this.#parts.evaluator, this.#attachments);
    this.#head = head;
    this.fold = fold;
    this.cells = cells.map((cell) => new OpenCell(cell));
    for (const cell of this.cells) cell.shown = shown.find(([id]) => id === cell.id)?.[1];
    this.edits.clear();
    this.running = false;
    if (run) this.runAll();
  }

  /** Replaces the attached files, and runs the cells again that read any. */
  attach(files: readonly File[]): void {
    const changed = this.#attachments.replace(files);
    if (!this.running || changed.size === 0) return;
    for (const cell of this.live) if (this.#runner?.uses(cell.id, 'FileAttachment')) void this.run(cell);
  }

  /** Runs all cells. The caller must have notified the page. */
  runAll(): void {
    this.running = true;
    for (const cell of this.live) this.#define(cell);
    this.#settle();
  }

  /**
   * Runs a cell after notifying the page; a screen reader says how it ended unless `quiet`. Resolves to the place of an
   * error of the parser.
   */
  async run(cell: OpenCell, { quiet = false } = {}): Promise<Place | undefined> {
    this.flush();
    this.running = true;
    cell.asked = !quiet;
    await this.#parts.busy(true);
    const fault = this.#define(cell);
    this.#settle();
    return fault;
  }

  /** Runs a cell and moves on to the next, unless it has an error of syntax. */
  async runAndMoveOn(cell: OpenCell): Promise<void> {
    const fault = await this.run(cell);
    if (fault) {
      this.focus = { cell, part: 'editor', at: fault };
      return;
    }
    const { live } = this;
    const next = live[live.indexOf(cell) + 1];
    this.edits.closeEditor(cell);
    this.focus = next ? { cell: next, part: next.editing ? 'editor' : 'cell' } : { cell, part: 'next' };
  }

  edit(cell: OpenCell, value: string): void {
    if (value === cell.value) return;
    cell.value = value;
    cell.stale = true;
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => this.changed(), REST);
  }

  /** Whether the source of a cell is visible while it is not edited. */
  showsSource(cell: OpenCell): boolean {
    if (cell.state === 'idle' && !this.running) return true;
    return cell.shown ?? (cell.pinned && !(this.fold && cell.isCode));
  }

  /** Shows or hides the sources of cells for this reader. That does not edit the notebook. */
  showSources(cells: readonly OpenCell[], shown: boolean): void {
    for (const cell of cells) cell.shown = shown;
    this.#parts.folded(this.cells.flatMap(({ id, shown: chosen }) => (chosen === undefined ? [] : [[id, chosen]])));
  }

  /** Stops a cell and clears its output. */
  stop(cell: OpenCell): void {
    this.#runner?.remove(cell.id);
    cell.state = 'idle';
    cell.place = undefined;
    this.#settle();
  }

  /** Tells the page that a cell was deleted. */
  deleted(name: string): void {
    this.#parts.deleted(`${name[0]?.toUpperCase()}${name.slice(1)}`);
  }

  /** Has a screen reader say something. */
  say(text: string): void {
    // The same text again would be no change of the document.
    this.said = this.said === text ? `${text}\u00a0` : text;
  }

  /** Sends a pending change to the page at once. */
  flush(): void {
    if (this.#saving !== undefined) this.changed();
  }

  /** Handles errors that no cell awaited. */
  stopped(error: unknown): void {
    this.#runner?.stopped(error);
  }

  /** `cell 3`. */
  nameOf(cell: OpenCell): string {
    return `cell ${this.live.findIndex(({ id }) => id === cell.id) + 1}`;
  }

  #define(cell: OpenCell): Place | undefined {
    cell.stale = false;
    const report: Report = (state, place) => {
      cell.state = state;
      cell.place = place;
      this.#announce(cell);
      this.#settle();
    };
    return this.#runner?.define(cell.plain, cell.root, report);
  }

  /** Says how a run ended that the person asked for. */
  #announce(cell: OpenCell): void {
    if (!cell.asked || cell.state === 'pending') return;
    cell.asked = false;
    const name = this.nameOf(cell);
    this.say(cell.state === 'rejected' ? `Error in ${name}.` : `Ran ${name}.`);
  }

  /** Tells the page when nothing is pending; in a separate task, so that synchronous work of a cell is over by then. */
  #settle(): void {
    clearTimeout(this.#settling);
    if (this.live.some(({ state }) => state === 'pending')) return;
    this.#settling = setTimeout(() => void this.#parts.busy(false), SETTLED);
  }

  /** Sends the notebook as it is now to the page. */
  changed(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    const cells: Cell[] = this.live.map((cell) => cell.plain);
    const title = headingOf({ cells }) ?? this.#head.title;
    this.#parts.changed({ ...this.#head, title, cells, fold: this.fold });
  }
}
