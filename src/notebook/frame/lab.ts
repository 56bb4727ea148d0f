import type { RpcClient } from '../../rpc/client.ts';
import type { HostApi } from '../protocol.ts';
import { Turnstile } from './turnstile.ts';

type LabFunction = (...args: unknown[]) => Promise<unknown>;

/** The `lab` of notebooks: the functions that the page lets them call, by name. */
export interface Lab {
  [name: string]: unknown;
  /** The same lab, whose calls are cancelled when `ended` settles; give it a cell's `invalidation`. */
  until(ended: Promise<unknown>): Lab;
}

/** What all calls of a notebook share, and the signal that ends those of this lab. */
interface LabParts {
  turnstile?: Turnstile;
  signal?: AbortSignal;
}

/** Where a function of `lab` was called that rejected with an error; the error itself comes from the page. */
const callStacks = new WeakMap<Error, string>();
export const callStackOf = (error: Error): string | undefined => callStacks.get(error);

/** Creates a function per name. A callback as the last argument receives progress. */
export function createLab(
  client: RpcClient<HostApi>,
  names: readonly string[],
  { turnstile = new Turnstile(), signal }: LabParts = {},
): Lab {
  const functionOf =
    (name: string): LabFunction =>
    (...args) => {
      const last = args.at(-1);
      const listens = typeof last === 'function';
      // Its stack becomes text only where it is read.
      const called = new Error(name);
      return turnstile
        .pass(() =>
          client.call(
            'lab',
            { name, args: listens ? args.slice(0, -1) : args },
            { ...(signal && { signal }), ...(listens && { onEvent: last as (event: unknown) => void }) },
          ),
        )
        .catch((error: unknown) => {
          if (error instanceof Error && called.stack !== undefined) callStacks.set(error, called.stack);
          throw error;
        });
    };
  return {
    ...Object.fromEntries(names.map((name) => [name, functionOf(name)])),
    until(ended) {
      const stop = new AbortController();
      const abort = () => stop.abort();
      ended.then(abort, abort);
      return createLab(client, names, { turnstile, signal: stop.signal });
    },
  };
}
