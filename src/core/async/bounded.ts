/** Runs work that an untrusted file may keep from ever ending; `what` names the file or input to blame then. */
export type Bounded = <T>(what: string, run: () => T) => T;

let runner: Bounded = (_, run) => run();

/**
 * Runs `run` under this thread's watcher, which stops it if it does not end: the page terminates the worker, Node stops
 * the work itself. Without a watcher, it just runs.
 */
export const bounded: Bounded = (what, run) => runner(what, run);

/** Sets the watcher of this thread. */
export function watchWork(watcher: Bounded): void {
  runner = watcher;
}

/** Minimum time between two messages about finished work, in milliseconds. */
const BETWEEN = 500;

/** Reports before such work begins, and after the last piece of a series. Many short pieces give few messages. */
export function announcing(tell: (what: string | null) => void): Bounded {
  let told = -Infinity;
  let busy = false;
  return (what, run) => {
    const now = performance.now();
    if (!busy || now - told >= BETWEEN) {
      told = now;
      tell(what);
    }
    if (!busy) {
      busy = true;
      // Runs after everything that finishes in the same task.
      queueMicrotask(() => {
        busy = false;
        tell(null);
      });
    }
    return run();
  };
}
