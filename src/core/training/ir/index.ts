export * from './array64.ts';
export { emit } from './emit.ts';
export { evaluate } from './evaluate.ts';
export { gradients } from './gradient.ts';
export * from './operators/index.ts';
export * from './value.ts';
