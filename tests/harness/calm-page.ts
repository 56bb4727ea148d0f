/*
 * What runs in a page before its own scripts, so that tests leave the processor to each other, and see the same on each
 * machine.
 */

/**
 * Has the page find one core. Runs in the page. The threads of a Wasm runtime wait for each other by spinning, which
 * other tests pay for.
 */
export function claimOneCore(): void {
  Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { configurable: true, get: () => 1 });
}

/** Has the page find this much memory, on which the engine on Wasm depends. Runs in the page. */
export function claimMemory(gib: number): void {
  Object.defineProperty(Navigator.prototype, 'deviceMemory', { configurable: true, get: () => gib });
}

/**
 * Makes the worker that reads sentences one that never answers, as on a slow line. Runs in the page. Opening it takes
 * three seconds of a core.
 */
export function holdSentences(): void {
  class Silent extends EventTarget {
    postMessage(): void {
      // Nobody listens.
    }
    terminate(): void {
      // Nothing runs.
    }
  }
  globalThis.Worker = new Proxy(Worker, {
    construct: (Real, [url, options]: ConstructorParameters<typeof Worker>) =>
      options?.name === 'sentences' ? new Silent() : new Real(url, options),
  });
}
