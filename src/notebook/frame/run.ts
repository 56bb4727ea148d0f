import { transpile, type Cell } from '@observablehq/notebook-kit';
import {
  inspectError,
  NotebookRuntime,
  observe,
  type DefineState,
  type Definition,
} from '@observablehq/notebook-kit/runtime';
import type { Budget } from '../guard/budget.ts';
import { withGuards } from '../guard/instrument.ts';
import { withPlace } from '../guard/syntax-error.ts';
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

/** How cells become functions, and what stops them. */
export interface CellEvaluator {
  /** The `eval` that adds no guards. */
  evaluate(code: string): unknown;
  budget: Budget;
}

interface Running extends DefineState {
  /** Where the error is shown that stopped the cell where nobody waited for it. */
  stopped?: Element;
  report(state: CellState): void;
}

/** Runs cells reactively: a cell that is defined anew makes those that use it run again. */
export class NotebookRunner {
  readonly #runtime: NotebookRuntime;
  readonly #evaluator: CellEvaluator;
  readonly #states = new Map<number, Running>();

  constructor(lab: unknown, evaluator: CellEvaluator) {
    this.#runtime = new NotebookRuntime(builtins(lab));
    this.#evaluator = evaluator;
  }

  /** Defines a cell in place of what was there under its id. Errors of any kind appear in `root`. */
  define(cell: Cell, root: HTMLDivElement, onState: (state: CellState) => void): void {
    const before = this.#states.get(cell.id);
    if (before) this.#clear(before);
    this.#evaluator.budget.renew(cell.id);
    const state: Running = { root, expanded: before?.expanded ?? [], variables: [], report: onState };
    this.#states.set(cell.id, state);
    onState('pending');
    // A variable that was deleted still reports once; by then its place belongs to another.
    const isCurrent = () => this.#states.get(cell.id) === state;
    this.#runtime.define(state, this.#definitionOf(cell), watched(onState, isCurrent));
  }

  remove(id: number): void {
    const state = this.#states.get(id);
    this.#states.delete(id);
    if (state) this.#clear(state);
  }

  /** Shows the error of a cell that was stopped where nobody waits for it: in a timer, a handler or a loose promise. */
  stopped(error: unknown): void {
    const state = this.#states.get(this.#evaluator.budget.cellOf(error) ?? -1);
    if (!state) return;
    // A timer may be stopped many times: the last error stands for all.
    state.stopped?.remove();
    state.root.append((state.stopped = inspectError(error)));
    state.report('rejected');
  }

  #definitionOf(cell: Cell): Definition {
    const { id } = cell;
    try {
      const language = UNSUPPORTED[cell.mode];
      if (language) throw new SyntaxError(`The lab runs no cells in ${language}. Write JavaScript, Markdown or HTML.`);
      const transpiled = transpile(cell);
      return { ...transpiled, id, body: this.#functionOf(transpiled.body, id) };
    } catch (error) {
      return {
        id,
        body: () => {
          throw withPlace(error, cell.value);
        },
      };
    }
  }

  /** Makes a function from the text of a cell. The policy allows that in the sandbox and nowhere else. */
  #functionOf(body: string, id: number): Definition['body'] {
    return this.#evaluator.evaluate(
      `${withGuards(body, id, 'expression')}\n//# sourceURL=cell-${id}.js`,
    ) as Definition['body'];
  }

  #clear(state: DefineState): void {
    for (const variable of state.variables.splice(0) as { delete(): void }[]) variable.delete();
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
