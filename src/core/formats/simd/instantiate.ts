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
