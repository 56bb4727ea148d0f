import { KERNELS } from './kernels.wasm.ts';

/** An exported function; its arguments are addresses and counts. */
export type Kernel = (...args: number[]) => void;

let compiled: object | undefined;

/**
 * The kernels with a memory of their own, empty at first.
 * @throws {CompileError} without SIMD instructions.
 */
export function instantiateKernels(): { memory: WebAssembly.Memory; kernel: (name: string) => Kernel } {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(KERNELS), (character) => character.charCodeAt(0)));
  const { exports } = new WebAssembly.Instance(compiled);
  return { memory: exports['memory'] as WebAssembly.Memory, kernel: (name) => exports[name] as Kernel };
}

/**
 * Makes the memory at least `bytes` large. What it holds stays.
 * @throws {RangeError} if there is no more memory.
 */
export function makeRoom(memory: WebAssembly.Memory, bytes: number): void {
  if (memory.buffer.byteLength < bytes) memory.grow(Math.ceil((bytes - memory.buffer.byteLength) / 65536));
}
