/** What arrived early, so that the engine shares its compiled code instead of compiling it again. */
const modules = new Set<WebAssembly.Module>();

/** What is on its way or here. */
const started = new Set<string>();

/**
 * Begins to fetch what an engine runs on, so that it arrives beside the weights instead of after them. The engine asks
 * for it again, and the browser has it. Whatever fails here is reported then.
 */
export function fetchAhead(wasmUrl: string, signal?: AbortSignal): void {
  if (started.has(wasmUrl)) return;
  started.add(wasmUrl);
  const response = fetch(wasmUrl, { signal: signal ?? null });
  // Chromium compiles a module once per process; after a plain fetch it would drop the code of an earlier visit.
  const arrived =
    'userAgentData' in navigator
      ? WebAssembly.compileStreaming(response).then((module) => void modules.add(module))
      : response.then((whole) => whole.arrayBuffer());
  arrived.catch(() => started.delete(wasmUrl));
}
