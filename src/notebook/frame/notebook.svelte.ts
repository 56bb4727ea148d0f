import { deserialize, serialize, toCell, toNotebook, type Cell, type Notebook } from '@observablehq/notebook-kit';
import { NotebookRunner, type CellEvaluator, type CellState } from './run.ts';

/** Milliseconds after the last keystroke before a change is sent to the page. */
const REST = 400;

/** Milliseconds without a pending cell before a run counts as finished. */
const SETTLED = 100;

/** The kinds of cell that a person can add. */
export const ADDABLE = { js: 'JavaScript', md: 'Markdown', html: 'HTML' } as const;
export type AddableMode = keyof typeof ADDABLE;

/** A cell on the page: its source, its last output, and whether it is being edited. */
export class OpenCell {
  readonly id: number;
  readonly mode: Cell['mode'];
  readonly hidden: boolean;
  readonly output: string | undefined;
  /** The element in which the runtime shows the cell's output. */
  readonly root: HTMLDivElement = document.createElement('div');
  value = $state('');
  pinned = $state(false);
  state = $state<CellState>('idle');
  editing = $state(false);
  /** Whether the text was changed since it was last run. */
  stale = $state(false);
  /** Deleted cells keep their position until the notebook is closed, so that they can be restored to it. */
  deleted = $state(false);

  constructor(cell: Cell) {
    this.id = cell.id;
    this.mode = cell.mode;
    this.hidden = cell.hidden;
    this.output = cell.output;
    this.value = cell.value;
    this.pinned = cell.pinned;
  }

  get plain(): Cell {
    const { id, mode, hidden, output, value, pinned } = this;
    return toCell({ id, mode, hidden, value, pinned, ...(output !== undefined && { output }) });
  }
}

/** Dependencies and callbacks of a notebook in the sandbox. */
export interface NotebookParts {
  evaluator: CellEvaluator;
  /** Called when the text has changed. */
  changed(saved: { title: string; html: string }): void;
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
  /** False while an imported notebook waits for the person to run it. */
  running = $state(false);
  /** Whether cells can be edited, moved, added and deleted. */
  editable = $state(!matchMedia(COMPACT).matches);
  /** Whether editing can be switched on and off. */
  compact = $state(matchMedia(COMPACT).matches);
  readonly #parts: NotebookParts;
  /** Cells that were deleted, the latest last. */
  readonly #deleted: OpenCell[] = [];
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
    if (!editable) for (const cell of this.cells) cell.editing = false;
  }

  /** Replaces the notebook that is shown. `lab` is what its cells see under that name. */
  open(html: string, lab: unknown, run: boolean): void {
    const { cells, ...head } = deserialize(html);
    for (const cell of this.cells) this.#runner?.remove(cell.id);
    this.#runner = new NotebookRunner(lab, this.#parts.evaluator);
    this.#head = head;
    this.cells = cells.map((cell) => new OpenCell(cell));
    this.#deleted.length = 0;
    this.running = false;
    if (run) this.runAll();
  }

  /** Runs all cells. The caller must have notified the page. */
  runAll(): void {
    this.running = true;
    for (const cell of this.live) this.#define(cell);
    this.#settle();
  }

  /** Runs a cell after notifying the page. */
  async run(cell: OpenCell): Promise<void> {
    this.flush();
    this.running = true;
    await this.#parts.busy(true);
    this.#define(cell);
    this.#settle();
  }

  edit(cell: OpenCell, value: string): void {
    if (value === cell.value) return;
    cell.value = value;
    cell.stale = true;
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => this.#changed(), REST);
  }

  pin(cell: OpenCell): void {
    cell.pinned = !cell.pinned;
    this.#changed();
  }

  /** Adds an empty cell after another (null for the top) and opens it for editing. */
  add(after: OpenCell | null, mode: AddableMode): void {
    const id = Math.max(0, ...this.cells.map((cell) => cell.id)) + 1;
    const cell = new OpenCell(toCell({ id, mode }));
    cell.editing = true;
    this.cells.splice(after ? this.#placeOf(after) + 1 : 0, 0, cell);
    this.#changed();
  }

  move(cell: OpenCell, step: -1 | 1): void {
    const { live } = this;
    const other = live[live.findIndex(({ id }) => id === cell.id) + step];
    if (!other) return;
    const [moved] = this.cells.splice(this.#placeOf(cell), 1);
    if (moved) this.cells.splice(this.#placeOf(other) + (step === 1 ? 1 : 0), 0, moved);
    this.#changed();
  }

  remove(cell: OpenCell): void {
    const name = `Cell ${this.live.findIndex(({ id }) => id === cell.id) + 1}`;
    this.#runner?.remove(cell.id);
    cell.state = 'idle';
    cell.editing = false;
    cell.deleted = true;
    this.#deleted.push(cell);
    this.#changed();
    this.#settle();
    this.#parts.deleted(name);
  }

  /** Restores a deleted cell to its position: this one, or the one deleted last. */
  undelete(wanted = this.#deleted.at(-1)): void {
    const at = this.#deleted.findIndex(({ id }) => id === wanted?.id);
    const [cell] = at < 0 ? [] : this.#deleted.splice(at, 1);
    if (!cell) return;
    cell.deleted = false;
    this.#changed();
    if (this.running) void this.run(cell);
  }

  /** Sends a pending change to the page at once. */
  flush(): void {
    if (this.#saving !== undefined) this.#changed();
  }

  /** Handles errors that no cell awaited. */
  stopped(error: unknown): void {
    this.#runner?.stopped(error);
  }

  #placeOf(cell: OpenCell): number {
    return this.cells.findIndex(({ id }) => id === cell.id);
  }

  #define(cell: OpenCell): void {
    cell.stale = false;
    this.#runner?.define(cell.plain, cell.root, (state) => {
      cell.state = state;
      this.#settle();
    });
  }

  /** Tells the page when nothing is pending; in a separate task, so that synchronous work of a cell is over by then. */
  #settle(): void {
    clearTimeout(this.#settling);
    if (this.live.some(({ state }) => state === 'pending')) return;
    this.#settling = setTimeout(() => void this.#parts.busy(false), SETTLED);
  }

  #changed(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    const cells = this.live.map((cell) => cell.plain);
    const title = headingOf(cells) ?? this.#head.title;
    this.#parts.changed({ title, html: serialize({ ...this.#head, title, cells }) });
  }
}

/** The first top-level heading, which names the notebook. */
function headingOf(cells: readonly Cell[]): string | undefined {
  for (const { mode, value } of cells) {
    const heading = mode === 'md' ? /^#\s+(.+)$/m.exec(value)?.[1] : undefined;
    if (heading) return heading.trim();
  }
  return undefined;
}
