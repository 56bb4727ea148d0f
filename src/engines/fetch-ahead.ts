import { throwIfCancelled } from '../core/error.ts';
import { LazyMap } from '../core/async/memoised.ts';
import { ortFiles } from './ort.ts';

/** What is on its way or here, by its address. */
const fetched = new LazyMap<string, void>();
const compiled = new LazyMap<string, WebAssembly.Module>();

/**
 * Begins to fetch what an engine runs on, so that it arrives beside the weights instead of after them. The engine asks
 * for it again, and the browser has it, or is given the compiled code. Whatever fails here is reported then.
 */
export function fetchAhead(wasmUrl: string, signal?: AbortSignal): void {
  const arriving = compilesAhead() ? compile(wasmUrl, signal) : fetched.get(wasmUrl, () => fetchAll(wasmUrl, signal));
  arriving.catch(() => undefined);
}

/** `fetchAhead` for ONNX Runtime on the processor. */
export const fetchOrt = (ortBase: string, signal?: AbortSignal): void =>
  fetchAhead(ortFiles('wasm', ortBase).wasm, signal);

/** The code that `fetchAhead` compiles, so that it is neither fetched nor compiled twice; undefined if it does not. */
export const compiledAhead = (wasmUrl: string, signal?: AbortSignal): Promise<WebAssembly.Module> | undefined =>
  compilesAhead() ? compile(wasmUrl, signal) : undefined;

/** Chromium compiles a module once per process; after a plain fetch it would drop the code of an earlier visit. */
const compilesAhead = (): boolean => 'navigator' in globalThis && 'userAgentData' in navigator;

const compile = (wasmUrl: string, signal?: AbortSignal): Promise<WebAssembly.Module> =>
  compiled.get(wasmUrl, () => WebAssembly.compileStreaming(fetch(wasmUrl, { signal: signal ?? null })));

/**
 * Compiles code that could not be compiled while it arrived.
 * @throws {LabError} `cancelled`.
 */
export async function compileHere(wasmUrl: string, signal?: AbortSignal): Promise<WebAssembly.Module> {
  throwIfCancelled(signal);
  const response = await fetch(wasmUrl, { signal: signal ?? null });
  return WebAssembly.compile(await response.arrayBuffer());
}

async function fetchAll(wasmUrl: string, signal?: AbortSignal): Promise<void> {
  const response = await fetch(wasmUrl, { signal: signal ?? null });
  await response.arrayBuffer();
}
