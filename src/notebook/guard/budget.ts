import { LabError } from '../../core/error.ts';

/** Milliseconds that a cell may compute without a pause. */
const LONGEST_STRETCH = 5000;

/** The cell id for code from strings, whose cell is unknown. */
export const UNKNOWN_CELL = 0;

/**
 * The factor by which each stop after the first shortens a cell's next allowance, and the minimum share of the first
 * that remains.
 */
const SHORTER = 10;
const LEAST = 0.01;

/** Maximum number of ticks between two readings of the clock: few enough to notice a slow iteration. */
const LONGEST_STEP = 64;

export interface BudgetParts {
  /** A clock in milliseconds. */
  now(): number;
  /** Calls back in the next turn of the event loop. */
  afterTurn(callback: () => void): void;
  limit?: number;
}

/**
 * Stops code that never yields to the event loop. Each cell has its own allowance per turn, so that one that hangs does
 * not stop those that run after it in the same turn. A cell that is stopped repeatedly, as in a timer, gets less and
 * less until it is run again; otherwise the page would hang most of the time.
 */
export class Budget {
  readonly #parts: BudgetParts;
  readonly #limit: number;
  /** When each cell was first seen in this turn. */
  readonly #starts = new Map<number, number>();
  readonly #stopped = new Set<number>();
  /** How often each cell was stopped since it was last run. */
  readonly #stops = new Map<number, number>();
  readonly #errors = new WeakMap<Error, number>();
  #left = 1;
  #step = 1;
  #looked = 0;
  #asked = false;
  #seen = UNKNOWN_CELL;

  constructor(parts: BudgetParts) {
    this.#parts = parts;
    this.#limit = parts.limit ?? LONGEST_STRETCH;
  }

  /**
   * Called for each iteration of a loop and each function call in `cell`.
   * @throws {LabError} `cancelled` once the cell has used its time, and at each further tick of this turn.
   */
  readonly tick = (cell: number): void => {
    if (--this.#left > 0) return;
    this.#look(cell);
  };

  /** The cell that was stopped with this error; for code from strings, the last cell seen before it. */
  cellOf(error: unknown): number | undefined {
    return error instanceof Error ? this.#errors.get(error) : undefined;
  }

  /** Resets the allowance of a cell that is run again. */
  renew(cell: number): void {
    this.#stops.delete(cell);
    this.#stops.delete(UNKNOWN_CELL);
  }

  #limitOf(cell: number): number {
    const again = Math.max(0, (this.#stops.get(cell) ?? 0) - 1);
    return this.#limit * Math.max(LEAST, SHORTER ** -again);
  }

  #look(cell: number): void {
    const now = this.#parts.now();
    if (!this.#asked) {
      this.#asked = true;
      this.#parts.afterTurn(() => this.#turn());
    }
    if (cell !== UNKNOWN_CELL) this.#seen = cell;
    if (this.#stopped.has(cell)) throw this.#stop(cell);
    const start = this.#starts.get(cell);
    if (start === undefined) this.#starts.set(cell, now);
    else if (now - start > this.#limitOf(cell)) {
      this.#stopped.add(cell);
      this.#stops.set(cell, (this.#stops.get(cell) ?? 0) + 1);
      // The time that other cells have waited since then does not count against them.
      this.#starts.clear();
      throw this.#stop(cell);
    }
    const gap = now - this.#looked;
    this.#looked = now;
    if (gap < 1) this.#step = Math.min(LONGEST_STEP, this.#step * 2);
    else if (gap > 8) this.#step = Math.max(1, this.#step >> 2);
    this.#left = this.#stopped.size > 0 ? 1 : this.#step;
  }

  #turn(): void {
    this.#asked = false;
    this.#starts.clear();
    this.#stopped.clear();
    this.#left = 1;
  }

  #stop(cell: number): LabError {
    this.#left = 0;
    const error = new LabError({
      code: 'cancelled',
      what:
        `This cell was stopped: it computed for more than ${Math.round(this.#limit / 1000)} seconds without a ` +
        'pause, and nothing else could happen in the page.',
      todo:
        'Look for a loop that never ends. If the work really takes that long, put `await new Promise((next) => ' +
        'setTimeout(next))` into the loop.',
    });
    this.#errors.set(error, cell === UNKNOWN_CELL ? this.#seen : cell);
    return error;
  }
}
