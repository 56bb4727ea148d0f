/** Runs work that may never end, because a stranger's file decides how long it takes. `what` is at fault if it does. */
export type Bounded = <T>(what: string, run: () => T) => T;

let runner: Bounded = (_, run) => run();

/**
 * Runs `run` so that whoever can stop it does when it does not come to an end: the page ends the worker, Node stops the
 * work itself. Where nobody can, it simply runs.
 */
export const bounded: Bounded = (what, run) => runner(what, run);

/** Sets who watches over work in this thread. */
export function watchWork(watcher: Bounded): void {
  runner = watcher;
}

/** Milliseconds between two messages about work that goes well. */
const BETWEEN = 500;

/**
 * Tells the other side of a port before such work begins, and after the last of a run of it. Many short pieces give
 * few messages.
 */
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
      // After all that is done in one go.
      queueMicrotask(() => {
        busy = false;
        tell(null);
      });
    }
    return run();
  };
}
