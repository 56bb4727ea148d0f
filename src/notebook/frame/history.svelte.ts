/** Something that was done to a notebook and can be undone. */
export interface Change {
  /** For display: `delete cell 3`. */
  name: string;
  undo(): void;
  redo(): void;
}

/** Maximum number of changes that can be undone. */
const DEPTH = 200;

/** The changes of a notebook, in order. Each undo and redo finds the notebook as the change left it. */
export class History {
  #done = $state.raw<readonly Change[]>([]);
  #undone = $state.raw<readonly Change[]>([]);

  /** The change that `undo` would undo. */
  get last(): Change | undefined {
    return this.#done.at(-1);
  }

  /** The change that `redo` would do again. */
  get next(): Change | undefined {
    return this.#undone.at(-1);
  }

  /** Does something for the first time. */
  do(change: Change): void {
    change.redo();
    this.add(change);
  }

  /** Adds a change that was done already. */
  add(change: Change): void {
    this.#done = [...this.#done, change].slice(-DEPTH);
    this.#undone = [];
  }

  /** Undoes the last change and returns it. */
  undo(): Change | undefined {
    const change = this.last;
    if (!change) return undefined;
    this.#done = this.#done.slice(0, -1);
    this.#undone = [...this.#undone, change];
    change.undo();
    return change;
  }

  /** Does the last undone change again and returns it. */
  redo(): Change | undefined {
    const change = this.next;
    if (!change) return undefined;
    this.#undone = this.#undone.slice(0, -1);
    this.#done = [...this.#done, change];
    change.redo();
    return change;
  }

  clear(): void {
    this.#done = [];
    this.#undone = [];
  }
}
