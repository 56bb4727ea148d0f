import { LazyMap } from '../core/async/memoised.ts';
import { ortFiles } from './ort.ts';

/** What is on its way or here, by its address. A module is kept so that the engine shares its compiled code. */
const arrivals = new LazyMap<string, WebAssembly.Module | undefined>();

/**
 * Begins to fetch what an engine runs on, so that it arrives beside the weights instead of after them. The engine asks
 * for it again, and the browser has it. Whatever fails here is reported then.
 */
export function fetchAhead(wasmUrl: string, signal?: AbortSignal): void {
  arrivals.get(wasmUrl, () => arrival(wasmUrl, signal)).catch(() => undefined);
}

/** `fetchAhead` for ONNX Runtime on the processor. */
export const fetchOrt = (ortBase: string, signal?: AbortSignal): void =>
  fetchAhead(ortFiles('wasm', ortBase).wasm, signal);

/** The code that `fetchAhead` compiles, so that it is neither fetched nor compiled twice; undefined where it does not. */
export function compiledAhead(wasmUrl: string): Promise<WebAssembly.Module | undefined> | undefined {
  return compilesAhead() ? arrivals.get(wasmUrl, () => arrival(wasmUrl)) : undefined;
}

async function arrival(wasmUrl: string, signal?: AbortSignal): Promise<WebAssembly.Module | undefined> {
  const response = fetch(wasmUrl, { signal: signal ?? null });
  if (compilesAhead()) return WebAssembly.compileStreaming(response);
  await (await response).arrayBuffer();
  return undefined;
}

/** Chromium compiles a module once per process; after a plain fetch it would drop the code of an earlier visit. */
const compilesAhead = (): boolean => 'navigator' in globalThis && 'userAgentData' in navigator;
