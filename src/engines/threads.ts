/** As many threads as a model gains from, even where there are more cores. */
const MAX_THREADS = 4;

/**
 * Whether Wasm can have threads here. An isolated page is not enough: WebKit on Linux isolates pages but has no memory
 * that threads could share.
 */
export const hasWasmThreads = (): boolean => globalThis.crossOriginIsolated && typeof SharedArrayBuffer !== 'undefined';

/** Threads for a Wasm runtime: 1 where there can be no more. */
export function wasmThreads(): number {
  return hasWasmThreads() ? Math.min(MAX_THREADS, navigator.hardwareConcurrency || 1) : 1;
}
