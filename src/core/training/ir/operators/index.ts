import type { Operator } from '../value.ts';
import * as elementwise from './elementwise.ts';
import * as linear from './linear.ts';
import * as neural from './neural.ts';
import * as quantised from './quantised.ts';
import * as reduce from './reduce.ts';
import * as shape from './shape.ts';

export * from './elementwise.ts';
export * from './linear.ts';
export * from './neural.ts';
export * from './quantised.ts';
export * from './reduce.ts';
export * from './shape.ts';

function isOperator(item: unknown): item is Operator {
  return typeof item === 'object' && item !== null && 'infer' in item && 'evaluate' in item;
}

/** Every operator, by name. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  [elementwise, linear, neural, quantised, reduce, shape]
    .flatMap((module) => Object.values<unknown>(module))
    .filter(isOperator)
    .map((operator) => [operator.name, operator]),
);
