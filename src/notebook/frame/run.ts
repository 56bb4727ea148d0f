import { transpile, type Cell } from '@observablehq/notebook-kit';
import {
  inspectError,
  NotebookRuntime,
  observe,
  type DefineState,
  type Definition,
} from '@observablehq/notebook-kit/runtime';
import type { Budget } from '../guard/budget.ts';
import { guarded } from '../guard/instrument.ts';
import {
  cellFrames,
  codeName,
  firstUse,
  sourcePosition,
  syntaxPosition,
  unresolvedName,
  type Compiled,
  type Place,
} from '../guard/place.ts';
import type { Attachments } from './attachments.ts';
import { builtins } from './builtins.ts';
import { callStackOf } from './lab.ts';

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
  report: Report;
}

/** Learns the state of a cell, and where in its text or another cell's it failed, as far as that is known. */
export type Report = (state: CellState, place?: Place) => void;

/** Runs cells reactively: redefining a cell runs the cells that use it again. */
export class NotebookRunner {
  readonly #runtime: NotebookRuntime;
  readonly #evaluator: CellEvaluator;
  readonly #states = new Map<number, Running>();
  readonly #inputs = new Map<number, readonly string[]>();
  readonly #compiled = new Map<number, Compiled>();
  /** Where the errors of the parser are. */
  readonly #faults = new WeakMap<object, Place>();

  constructor(lab: unknown, evaluator: CellEvaluator, attachments: Attachments) {
    this.#runtime = new NotebookRuntime(builtins(lab, attachments));
    this.#evaluator = evaluator;
  }

  /**
   * Defines a cell, replacing the one with the same id. Errors of any kind appear in `root`. Returns the place of an
   * error of the parser.
   */
  define(cell: Cell, root: HTMLDivElement, onState: Report): Place | undefined {
    const before = this.#states.get(cell.id);
    if (before) this.#clear(before);
    this.#evaluator.budget.renew(cell.id);
    const state: Running = { root, expanded: before?.expanded ?? [], variables: [], report: onState };
    this.#states.set(cell.id, state);
    onState('pending');
    // A deleted variable still reports once; by then its element belongs to another.
    const isCurrent = () => this.#states.get(cell.id) === state;
    const { definition, fault } = this.#definitionOf(cell);
    this.#runtime.define(
      state,
      definition,
      watched(onState, isCurrent, (error) => this.#placeOf(error, cell.id)),
    );
    return fault;
  }

  /** Whether a cell uses this name as it was last run. */
  uses(id: number, name: string): boolean {
    return this.#inputs.get(id)?.includes(name) ?? false;
  }

  remove(id: number): void {
    const state = this.#states.get(id);
    this.#states.delete(id);
    this.#compiled.delete(id);
    if (state) this.#clear(state);
  }

  /**
   * Shows the error of a cell that was stopped in code that nothing awaits: a timer, a handler or a floating promise.
   */
  stopped(error: unknown): void {
    const cell = this.#evaluator.budget.cellOf(error) ?? -1;
    const state = this.#states.get(cell);
    if (!state) return;
    // A timer may be stopped many times: only the last error is shown.
    state.stopped?.remove();
    state.root.append((state.stopped = inspectError(error)));
    state.report('rejected', this.#placeOf(error, cell));
  }

  #definitionOf(cell: Cell): { definition: Definition; fault?: Place } {
    const { id } = cell;
    try {
      const language = UNSUPPORTED[cell.mode];
      if (language)
        throw new SyntaxError(`The lab cannot run cells in ${language}. Write JavaScript, Markdown or HTML.`);
      const transpiled = transpile(cell);
      this.#inputs.set(id, transpiled.inputs ?? []);
      return { definition: { ...transpiled, id, body: this.#functionOf(transpiled.body, cell) } };
    } catch (cause) {
      const found = cause instanceof SyntaxError ? syntaxPosition(cause) : undefined;
      const error = found ? new SyntaxError(found.message, { cause }) : cause;
      const fault = found && { cell: id, line: found.line, column: found.column };
      if (fault && error instanceof Error) this.#faults.set(error, fault);
      return {
        definition: {
          id,
          body: () => {
            throw error;
          },
        },
        ...(fault && { fault }),
      };
    }
  }

  /** Creates a function from the text of a cell, which the policy allows only in the sandbox. */
  #functionOf(body: string, { id, value }: Cell): CellBody {
    const { code, sourceOffset } = guarded(body, id, 'expression');
    this.#compiled.set(id, { source: value, body, code, bodyOffset: sourceOffset });
    return this.#evaluator.evaluate(`${code}\n//# sourceURL=${codeName(id)}`) as CellBody;
  }

  /** The innermost place of an error in the text of a cell; for an error of `lab`, where it was called. */
  #placeOf(error: unknown, cell: number): Place | undefined {
    if (!(error instanceof Error)) return undefined;
    const known = this.#faults.get(error);
    if (known) return known;
    for (const frame of [...cellFrames(error.stack), ...cellFrames(callStackOf(error))]) {
      const compiled = this.#compiled.get(frame.cell);
      const position = compiled && sourcePosition(compiled, frame);
      if (position) return { cell: frame.cell, ...position };
    }
    // What another cell declares, or nobody, failed before this cell's code ran.
    const name = unresolvedName(error);
    const position = name === undefined ? undefined : firstUse(this.#compiled.get(cell)?.source ?? '', name);
    return position && { cell, ...position };
  }

  #clear(state: DefineState): void {
    for (const variable of state.variables.splice(0) as { delete(): void }[]) variable.delete();
    state.root.replaceChildren();
  }
}

function watched(
  onState: Report,
  isCurrent: () => boolean,
  placeOf: (error: unknown) => Place | undefined,
): typeof observe {
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
        onState('rejected', placeOf(error));
        inner.rejected.call(this, error);
      },
    };
  };
}
