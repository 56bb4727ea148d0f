import { Script } from 'node:vm';
import type { Bounded } from '../core/async/bounded.ts';
import { endless, LONGEST } from '../rpc/watch.ts';

const script = new Script('globalThis.boundedWork()');

/**
 * Runs work on Node's main thread and stops it if it does not terminate, even in regular expressions. A thread that is
 * stuck receives no signal, so nobody could even interrupt it.
 */
export function stopAfter(seconds = LONGEST): Bounded {
  return <T>(what: string, run: () => T): T => {
    const scope = globalThis as { boundedWork?: () => void };
    const results: T[] = [];
    const before = scope.boundedWork;
    scope.boundedWork = () => void results.push(run());
    try {
      script.runInThisContext({ timeout: seconds * 1000 });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
        throw endless(what, seconds);
      throw error;
    } finally {
      if (before) scope.boundedWork = before;
      else delete scope.boundedWork;
    }
    return results[0] as T;
  };
}
