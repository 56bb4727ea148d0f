import type { GraphBuilder } from '../../formats/onnx/index.ts';
import type { Array64 } from './array64.ts';

/** A size, or a symbolic one that is known only when the graph runs (`T`, `3*T`). */
export type Dim = number | string;
export type Shape = readonly Dim[];
/** Integers are int32 and masks bool, so that the graph also runs without 64-bit integers. */
export type ElementType = 'float32' | 'int32' | 'bool' | 'uint8';

/** A symbolic tensor. */
export interface Value {
  readonly id: number;
  readonly shape: Shape;
  readonly type: ElementType;
  readonly graph: Graph;
  /** The application that computes it; absent for inputs and constants. */
  readonly made?: Application;
  readonly constant?: { dims: number[]; data: number[] };
}

/** Settings of an application, e.g. the axes of a transposition. */
export type Settings = Readonly<Record<string, number | boolean | readonly number[] | Shape>>;

export interface Application {
  readonly operator: Operator;
  readonly inputs: readonly Value[];
  readonly settings: Settings;
}

/** The arguments of an operator's gradient rule. */
export interface GradientSite {
  inputs: readonly Value[];
  output: Value;
  settings: Settings;
  /**
   * The gradient of the loss with respect to `output`, which may still have size 1 along axes that it broadcasts over.
   */
  unbroadcast: Value;
  /** The same in the shape of `output`. */
  broadcast: () => Value;
  /** Which inputs need a gradient. */
  needs: readonly boolean[];
}

/** An operator: its shape rule, ONNX form, gradient and double-precision reference. */
export interface Operator {
  readonly name: string;
  /** Shape and type of the result. Throws on invalid inputs. */
  infer(inputs: readonly Value[], settings: Settings): { shape: Shape; type: ElementType };
  /** Adds ONNX nodes and returns the name of the result. */
  emit(site: EmitSite): string;
  /** One gradient per input that needs one; undefined if the result counts as constant. Absent if there is no rule. */
  gradient?(site: GradientSite): (Value | undefined)[];
  evaluate(inputs: readonly Array64[], settings: Settings): Array64;
}

export interface EmitSite {
  /** Names of the inputs in the ONNX graph. */
  names: readonly string[];
  inputs: readonly Value[];
  output: Value;
  settings: Settings;
  onnx: GraphBuilder;
  /** A one-element float32 constant. */
  scalar: (value: number) => string;
  /** An int64 list constant. */
  ints: (values: readonly number[]) => string;
}

/** An expression graph: named inputs, applications in executable order, named outputs. */
export class Graph {
  readonly inputs = new Map<string, Value>();
  readonly outputs = new Map<string, Value>();
  readonly values: Value[] = [];

  input(name: string, type: ElementType, shape: Shape): Value {
    if (this.inputs.has(name)) throw new Error(`The graph already has an input ${name}.`);
    const value = this.#add({ shape, type });
    this.inputs.set(name, value);
    return value;
  }

  /** A constant; a scalar when `dims` is left out. */
  constant(data: number | number[], dims: number[] = []): Value {
    const list = typeof data === 'number' ? [data] : data;
    return this.#add({ shape: dims, type: 'float32', constant: { dims, data: list } });
  }

  output(name: string, value: Value): void {
    if (this.outputs.has(name)) throw new Error(`The graph already has an output ${name}.`);
    this.outputs.set(name, value);
  }

  apply(operator: Operator, inputs: readonly Value[], settings: Settings = {}): Value {
    return this.#add({ ...operator.infer(inputs, settings), made: { operator, inputs, settings } });
  }

  #add(parts: Pick<Value, 'shape' | 'type' | 'made' | 'constant'>): Value {
    const value: Value = { id: this.values.length, graph: this, ...parts };
    this.values.push(value);
    return value;
  }
}

/** Applies an operator in the graph of its first input. */
export function apply(operator: Operator, inputs: readonly [Value, ...Value[]], settings: Settings = {}): Value {
  return inputs[0].graph.apply(operator, inputs, settings);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** `count` times a dimension: 3 and `T` give `3*T`. */
export function times(count: number, dim: Dim): Dim {
  if (typeof dim === 'number') return count * dim;
  return count === 1 ? dim : `${count}*${dim}`;
}

export function describe(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** The shape two operands broadcast to by NumPy's rule. A named dimension fits itself and 1. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x === y || y === 1) return x;
    if (x === 1) return y;
    throw new Error(`Shapes ${describe(a)} and ${describe(b)} do not broadcast.`);
  });
}

/** The named setting as a number, a flag, a list of axes or a shape. */
export function setting<T extends Settings[string]>(settings: Settings, name: string, fallback?: T): T {
  const value = settings[name] ?? fallback;
  if (value === undefined) throw new Error(`The setting ${name} is missing.`);
  return value as T;
}

export { at } from '../../at.ts';
