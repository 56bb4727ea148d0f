import { LabError } from '../../core/error.ts';

/** How long a cell may compute without a pause, in milliseconds. */
const LONGEST_STRETCH = 5000;

/** The cell that code from strings is counted for: nobody knows which one made it. */
export const UNKNOWN_CELL = 0;

/**
 * How much shorter each stop makes a cell's next stretch, from its second stop on, and the least that it keeps of the
 * first.
 */
const SHORTER = 10;
const LEAST = 0.01;

/** Ticks between two looks at the clock, at most: few enough that a slow turn of a loop is noticed. */
const LONGEST_STEP = 64;

export interface BudgetParts {
  /** Milliseconds from any origin. */
  now(): number;
  /** Calls back once the event loop has come round. */
  afterTurn(callback: () => void): void;
  limit?: number;
}

/**
 * Stops code that never gives the event loop a turn. Each cell has its own allowance for each turn, so that one that
 * hangs does not take those with it that run after it in the same turn. One that is stopped again and again, as in a
 * timer, gets ever less until it is run anew: else the page would hang for most of the time.
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
   * One turn of a loop or one call of a function in `cell`.
   * @throws {LabError} `cancelled` once the cell has had its time, and at each further tick of this turn.
   */
  readonly tick = (cell: number): void => {
    if (--this.#left > 0) return;
    this.#look(cell);
  };

  /** The cell that was stopped with this error; of code from strings, the cell that was seen last before. */
  cellOf(error: unknown): number | undefined {
    return error instanceof Error ? this.#errors.get(error) : undefined;
  }

  /** A cell is run anew: it has all of its time again. */
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
      // What the others wait for since then is not their own time.
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
        'Look for a loop that never ends. If the work is meant to take so long, put `await new Promise((next) => ' +
        'setTimeout(next))` into the loop.',
    });
    this.#errors.set(error, cell === UNKNOWN_CELL ? this.#seen : cell);
    return error;
  }
}
