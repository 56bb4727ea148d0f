import { deserialize, serialize, toCell, toNotebook, type Cell, type Notebook } from '@observablehq/notebook-kit';
import { NotebookRunner, type CellState } from './run.ts';

/** How long after the last keystroke a change is handed to the page, in milliseconds. */
const REST = 400;

/** The kinds of cell that a person can add. */
export const ADDABLE = { js: 'JavaScript', md: 'Markdown', html: 'HTML' } as const;
export type AddableMode = keyof typeof ADDABLE;

/** A cell on the page: what the file holds, what it last gave, and whether it is being edited. */
export class OpenCell {
  readonly id: number;
  readonly mode: Cell['mode'];
  readonly hidden: boolean;
  readonly output: string | undefined;
  /** Where the runtime puts what the cell displays. */
  readonly root: HTMLDivElement = document.createElement('div');
  value = $state('');
  pinned = $state(false);
  state = $state<CellState>('idle');
  editing = $state(false);
  /** Whether the text was changed since it was last run. */
  stale = $state(false);

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

/** The notebook in the sandbox: its cells in order, run and edited. */
export class OpenNotebook {
  cells = $state<OpenCell[]>([]);
  /** False while an imported notebook waits for the person's word. */
  running = $state(false);
  readonly #save: (saved: { title: string; html: string }) => void;
  #runner: NotebookRunner | undefined;
  #head: Pick<Notebook, 'title' | 'theme' | 'readOnly'> = toNotebook({});
  #saving: ReturnType<typeof setTimeout> | undefined;

  constructor(save: (saved: { title: string; html: string }) => void) {
    this.#save = save;
  }

  /** Shows a notebook in place of the one before. `lab` is what its cells know by that name. */
  open(html: string, lab: unknown, run: boolean): void {
    const { cells, ...head } = deserialize(html);
    for (const cell of this.cells) this.#runner?.remove(cell.id);
    this.#runner = new NotebookRunner(lab);
    this.#head = head;
    this.cells = cells.map((cell) => new OpenCell(cell));
    this.running = false;
    if (run) this.runAll();
  }

  runAll(): void {
    this.running = true;
    for (const cell of this.cells) this.#define(cell);
  }

  run(cell: OpenCell): void {
    this.flush();
    this.running = true;
    this.#define(cell);
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

  /** Adds an empty cell after `index` (-1 for the top) and opens it for editing. */
  add(index: number, mode: AddableMode): void {
    const id = Math.max(0, ...this.cells.map((cell) => cell.id)) + 1;
    const cell = new OpenCell(toCell({ id, mode }));
    cell.editing = true;
    this.cells.splice(index + 1, 0, cell);
    this.#changed();
  }

  move(cell: OpenCell, step: -1 | 1): void {
    const from = this.cells.findIndex(({ id }) => id === cell.id);
    const to = from + step;
    if (to < 0 || to >= this.cells.length) return;
    this.cells.splice(to, 0, ...this.cells.splice(from, 1));
    this.#changed();
  }

  remove(cell: OpenCell): void {
    this.#runner?.remove(cell.id);
    this.cells = this.cells.filter(({ id }) => id !== cell.id);
    this.#changed();
  }

  /** Hands a change to the page that still waits for the end of typing. */
  flush(): void {
    if (this.#saving !== undefined) this.#changed();
  }

  #define(cell: OpenCell): void {
    cell.stale = false;
    this.#runner?.define(cell.plain, cell.root, (state) => (cell.state = state));
  }

  #changed(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    const cells = this.cells.map((cell) => cell.plain);
    const title = headingOf(cells) ?? this.#head.title;
    this.#save({ title, html: serialize({ ...this.#head, title, cells }) });
  }
}

/** The first heading of the first rank, which names the notebook. */
function headingOf(cells: readonly Cell[]): string | undefined {
  for (const { mode, value } of cells) {
    const heading = mode === 'md' ? /^#\s+(.+)$/m.exec(value)?.[1] : undefined;
    if (heading) return heading.trim();
  }
  return undefined;
}
