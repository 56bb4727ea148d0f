export { GraphBuilder, PRODUCER } from './builder.ts';
export { decodeModel } from './decode.ts';
export { encodeModel } from './encode.ts';
export { largestWeight } from './largest.ts';
export * from './types.ts';
