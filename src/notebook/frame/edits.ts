import { toCell } from '@observablehq/notebook-kit';
import { OpenCell, type AddableMode, type FocusWish } from './cell.svelte.ts';
import { History, type Change } from './history.svelte.ts';

/** The notebook that is edited. */
export interface EditedNotebook {
  /** All cells, including those deleted since the notebook was opened. */
  cells: OpenCell[];
  readonly live: readonly OpenCell[];
  readonly running: boolean;
  fold: boolean;
  focus: FocusWish | null;
  nameOf(cell: OpenCell): string;
  /** Has a screen reader say something. */
  say(text: string): void;
  run(cell: OpenCell, options: { quiet: boolean }): Promise<unknown>;
  /** Stops a cell and clears its output. */
  stop(cell: OpenCell): void;
  /** Sends the notebook, or a change that is pending, to the page. */
  changed(): void;
  flush(): void;
  deleted(name: string): void;
}

/** What a person does to an open notebook, and its undoing. */
export class NotebookEdits {
  readonly #notebook: EditedNotebook;
  readonly #history = new History();
  /** Cells in the order of their deletion; some were restored since. */
  readonly #deletions: OpenCell[] = [];

  constructor(notebook: EditedNotebook) {
    this.#notebook = notebook;
  }

  /** The change that `undo` would undo. */
  get last(): Change | undefined {
    return this.#history.last;
  }

  /** The change that `redo` would do again. */
  get next(): Change | undefined {
    return this.#history.next;
  }

  /** Another notebook is shown: there is nothing to undo. */
  clear(): void {
    this.#history.clear();
    this.#deletions.length = 0;
  }

  /** Opens the editor of a cell. */
  openEditor(cell: OpenCell): void {
    cell.before = cell.value;
    cell.editing = true;
    this.#notebook.focus = { cell, part: 'editor' };
  }

  closeEditor(cell: OpenCell): void {
    if (!cell.editing) return;
    this.#notebook.flush();
    cell.editing = false;
    const { before = cell.value, value: after } = cell;
    if (before === after) return;
    this.#history.add({
      name: `edit ${this.#notebook.nameOf(cell)}`,
      undo: () => this.#restoreText(cell, before),
      redo: () => this.#restoreText(cell, after),
    });
  }

  pin(cell: OpenCell): void {
    this.#switch(`${cell.pinned ? 'hide' : 'pin'} the source of ${this.#notebook.nameOf(cell)}`, () => {
      cell.pinned = !cell.pinned;
    });
  }

  /** Folds the code for everybody who opens the notebook, or no longer does. */
  foldForReaders(): void {
    this.#switch(this.#notebook.fold ? 'unfold the code' : 'fold the code', () => {
      this.#notebook.fold = !this.#notebook.fold;
    });
  }

  /** Adds an empty cell after another (null for the top) and opens it for editing. */
  add(after: OpenCell | null, mode: AddableMode): void {
    const id = Math.max(0, ...this.#notebook.cells.map((cell) => cell.id)) + 1;
    const cell = new OpenCell(toCell({ id, mode }));
    this.#history.do({
      name: 'add a cell',
      redo: () => {
        this.#notebook.cells.splice(after ? this.#placeOf(after) + 1 : 0, 0, cell);
        this.#notebook.changed();
      },
      undo: () => {
        this.#notebook.stop(cell);
        cell.editing = false;
        this.#notebook.cells.splice(this.#placeOf(cell), 1);
        this.#notebook.changed();
      },
    });
    this.openEditor(cell);
  }

  move(cell: OpenCell, step: -1 | 1): void {
    const { live } = this.#notebook;
    const other = live[live.findIndex(({ id }) => id === cell.id) + step];
    if (!other) return;
    const before = this.#notebook.cells.map(({ id }) => id);
    this.#history.do({
      name: `move ${this.#notebook.nameOf(cell)} ${step === 1 ? 'down' : 'up'}`,
      redo: () => {
        const [moved] = this.#notebook.cells.splice(this.#placeOf(cell), 1);
        if (moved) this.#notebook.cells.splice(this.#placeOf(other) + (step === 1 ? 1 : 0), 0, moved);
        this.#notebook.changed();
      },
      undo: () => {
        this.#notebook.cells.sort((a, b) => before.indexOf(a.id) - before.indexOf(b.id));
        this.#notebook.changed();
      },
    });
  }

  remove(cell: OpenCell): void {
    const name = this.#notebook.nameOf(cell);
    this.closeEditor(cell);
    this.#history.do({
      name: `delete ${name}`,
      redo: () => this.#delete(cell),
      undo: () => this.#restore(cell),
    });
    this.#notebook.deleted(name);
  }

  /** Restores a deleted cell to its position: this one, or the one deleted last. */
  undelete(cell = this.#deletions.findLast(({ deleted }) => deleted)): void {
    if (!cell?.deleted) return;
    this.#history.do({
      name: 'restore a cell',
      redo: () => this.#restore(cell),
      undo: () => this.#delete(cell),
    });
  }

  undo(): void {
    this.#closeEditors();
    const change = this.#history.undo();
    if (change) this.#notebook.say(`Undone: ${change.name}.`);
  }

  redo(): void {
    this.#closeEditors();
    const change = this.#history.redo();
    if (change) this.#notebook.say(`Done again: ${change.name}.`);
  }

  #placeOf(cell: OpenCell): number {
    return this.#notebook.cells.findIndex(({ id }) => id === cell.id);
  }

  /** Text that is still being edited becomes a change of its own. */
  #closeEditors(): void {
    for (const cell of this.#notebook.cells) this.closeEditor(cell);
  }

  #delete(cell: OpenCell): void {
    cell.editing = false;
    cell.deleted = true;
    this.#deletions.push(cell);
    this.#notebook.stop(cell);
    this.#notebook.changed();
  }

  #restore(cell: OpenCell): void {
    cell.deleted = false;
    this.#notebook.changed();
    this.#notebook.focus = { cell, part: 'cell' };
    if (this.#notebook.running) void this.#notebook.run(cell, { quiet: true });
  }

  #restoreText(cell: OpenCell, value: string): void {
    cell.editing = false;
    cell.value = value;
    cell.stale = true;
    this.#notebook.changed();
    this.#notebook.focus = { cell, part: 'cell' };
    if (this.#notebook.running) void this.#notebook.run(cell, { quiet: true });
  }

  /** A change that is undone by doing it again. */
  #switch(name: string, flip: () => void): void {
    const change = () => {
      flip();
      this.#notebook.changed();
    };
    this.#history.do({ name, undo: change, redo: change });
  }
}
