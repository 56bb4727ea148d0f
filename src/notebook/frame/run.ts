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

/** Modes whose interpreters the lab does not include. */
const UNSUPPORTED: Partial<Record<Cell['mode'], string>> = {
  ts: 'TypeScript',
  tex: 'TeX',
  dot: 'Graphviz',
  sql: 'SQL',
  node: 'Node',
  python: 'Python',
  r: 'R',
};

/** Compiles cells to functions, and stops them. */
export interface CellEvaluator {
  /** The original `eval`, which adds no guards. */
  evaluate(code: string): unknown;
  budget: Budget;
}

/** The kit does not say what a body is. */
type CellBody = (...inputs: unknown[]) => unknown;

interface Running extends DefineState {
  /** Shows the error that stopped the cell in code that nothing awaits. */
  stopped?: Element;
  report(state: CellState): void;
}

/** Runs cells reactively: redefining a cell runs the cells that use it again. */
export class NotebookRunner {
  readonly #runtime: NotebookRuntime;
  readonly #evaluator: CellEvaluator;
  readonly #states = new Map<number, Running>();

  constructor(lab: unknown, evaluator: CellEvaluator) {
    this.#runtime = new NotebookRuntime(builtins(lab));
    this.#evaluator = evaluator;
  }

  /** Defines a cell, replacing the one with the same id. Errors of any kind appear in `root`. */
  define(cell: Cell, root: HTMLDivElement, onState: (state: CellState) => void): void {
    const before = this.#states.get(cell.id);
    if (before) this.#clear(before);
    this.#evaluator.budget.renew(cell.id);
    const state: Running = { root, expanded: before?.expanded ?? [], variables: [], report: onState };
    this.#states.set(cell.id, state);
    onState('pending');
    // A deleted variable still reports once; by then its element belongs to another.
    const isCurrent = () => this.#states.get(cell.id) === state;
    this.#runtime.define(state, this.#definitionOf(cell), watched(onState, isCurrent));
  }

  remove(id: number): void {
    const state = this.#states.get(id);
    this.#states.delete(id);
    if (state) this.#clear(state);
  }

  /**
   * Shows the error of a cell that was stopped in code that nothing awaits: a timer, a handler or a floating promise.
   */
  stopped(error: unknown): void {
    const state = this.#states.get(this.#evaluator.budget.cellOf(error) ?? -1);
    if (!state) return;
    // A timer may be stopped many times: only the last error is shown.
    state.stopped?.remove();
    state.root.append((state.stopped = inspectError(error)));
    state.report('rejected');
  }

  #definitionOf(cell: Cell): Definition {
    const { id } = cell;
    try {
      const language = UNSUPPORTED[cell.mode];
      if (language)
        throw new SyntaxError(`The lab cannot run cells in ${language}. Write JavaScript, Markdown or HTML.`);
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

  /** Creates a function from the text of a cell, which the policy allows only in the sandbox. */
  #functionOf(body: string, id: number): CellBody {
    return this.#evaluator.evaluate(`${withGuards(body, id, 'expression')}\n//# sourceURL=cell-${id}.js`) as CellBody;
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
