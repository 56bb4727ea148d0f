import { transpile, type Cell } from '@observablehq/notebook-kit';
import { NotebookRuntime, observe, type DefineState, type Definition } from '@observablehq/notebook-kit/runtime';
import { builtins } from './builtins.ts';

export type CellState = 'idle' | 'pending' | 'fulfilled' | 'rejected';

/** Modes whose interpreters are not part of the lab. */
const UNSUPPORTED: Partial<Record<Cell['mode'], string>> = {
  ts: 'TypeScript',
  tex: 'TeX',
  dot: 'Graphviz',
  sql: 'SQL',
  node: 'Node',
  python: 'Python',
  r: 'R',
};

/** Runs cells reactively: a cell that is defined anew makes those that use it run again. */
export class NotebookRunner {
  readonly #runtime: NotebookRuntime;
  readonly #states = new Map<number, DefineState>();

  constructor(lab: unknown) {
    this.#runtime = new NotebookRuntime(builtins(lab));
  }

  /** Defines a cell in place of what was there under its id. Errors of any kind appear in `root`. */
  define(cell: Cell, root: HTMLDivElement, onState: (state: CellState) => void): void {
    const before = this.#states.get(cell.id);
    if (before) this.#clear(before);
    const state: DefineState = { root, expanded: before?.expanded ?? [], variables: [] };
    this.#states.set(cell.id, state);
    onState('pending');
    // A variable that was deleted still reports once; by then its place belongs to another.
    const isCurrent = () => this.#states.get(cell.id) === state;
    this.#runtime.define(state, definitionOf(cell), watched(onState, isCurrent));
  }

  remove(id: number): void {
    const state = this.#states.get(id);
    this.#states.delete(id);
    if (state) this.#clear(state);
  }

  #clear(state: DefineState): void {
    for (const variable of state.variables.splice(0)) variable.delete();
    state.root.replaceChildren();
  }
}

function watched(onState: (state: CellState) => void, isCurrent: () => boolean): typeof observe {
  return (state, definition) => {
    const inner = observe(state, definition);
    return {
      ...inner,
      pending() {
        if (!isCurrent()) return;
        onState('pending');
        inner.pending.call(this);
      },
      fulfilled(value: unknown) {
        if (!isCurrent()) return;
        onState('fulfilled');
        inner.fulfilled.call(this, value);
      },
      rejected(error: unknown) {
        if (!isCurrent()) return;
        onState('rejected');
        inner.rejected.call(this, error);
      },
    };
  };
}

function definitionOf(cell: Cell): Definition {
  const { id } = cell;
  try {
    const language = UNSUPPORTED[cell.mode];
    if (language) throw new SyntaxError(`The lab runs no cells in ${language}. Write JavaScript, Markdown or HTML.`);
    const transpiled = transpile(cell);
    return { ...transpiled, id, body: evaluate(transpiled.body, id) };
  } catch (error) {
    return {
      id,
      body: () => {
        throw error;
      },
    };
  }
}

/** Makes a function from the text of a cell. The policy allows that in the sandbox and nowhere else. */
function evaluate(body: string, id: number): Definition['body'] {
  // Indirect, so that the code sees global names only and not this module's.
  const make = globalThis.eval as (code: string) => Definition['body'];
  return make(`(${body})\n//# sourceURL=cell-${id}.js`);
}
