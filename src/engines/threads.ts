/** The number of threads from which a model benefits, even with more cores. */
const MAX_THREADS = 4;

/**
 * Whether Wasm can use threads here. An isolated page is not enough: WebKit on Linux isolates pages but has no shared
 * memory.
 */
export const hasWasmThreads = (): boolean => globalThis.crossOriginIsolated && typeof SharedArrayBuffer !== 'undefined';

/** Number of threads for a Wasm runtime: 1 without shared memory. */
export function wasmThreads(): number {
  return hasWasmThreads() ? Math.min(MAX_THREADS, navigator.hardwareConcurrency || 1) : 1;
}
