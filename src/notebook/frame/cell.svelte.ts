import { toCell, type Cell } from '@observablehq/notebook-kit';
import type { Place } from '../guard/place.ts';
import type { CellState } from './run.ts';

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
  /** Whether the reader wants to see the source; undefined until they say so. */
  shown = $state<boolean>();
  state = $state<CellState>('idle');
  /** Where the cell failed, as far as that is known. */
  place = $state.raw<Place>();
  editing = $state(false);
  /** Whether the text was changed since it was last run. */
  stale = $state(false);
  /** Deleted cells keep their position until the notebook is closed, so that they can be restored to it. */
  deleted = $state(false);
  /** The text when the editor was opened. */
  before: string | undefined;
  /** The editor's own history when it was closed, for when it is opened again. */
  editor: unknown;
  /** Whether a person asked for the run that is under way, so that its end is announced. */
  asked = false;

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

  /** Whether its source is code, which can be folded; Markdown shows what it says. */
  get isCode(): boolean {
    return this.mode !== 'md';
  }
}

/** Where the keyboard focus should go next. */
export interface FocusWish {
  cell: OpenCell;
  /** `next` is the row of buttons that add a cell below it. */
  part: 'cell' | 'editor' | 'next';
  /** Where to put the cursor in the editor. */
  at?: Place;
}
