import type { RpcClient } from '../../rpc/client.ts';
import type { HostApi } from '../protocol.ts';

type LabFunction = (...args: unknown[]) => Promise<unknown>;

/** The `lab` of notebooks: the functions that the page lets them call, by name. */
export interface Lab {
  [name: string]: unknown;
  /** The same lab, whose calls are cancelled when `ended` settles; give it a cell's `invalidation`. */
  until(ended: Promise<unknown>): Lab;
}

/** Makes a function of each name. A function given as the last argument hears of progress. */
export function createLab(client: RpcClient<HostApi>, names: readonly string[], signal?: AbortSignal): Lab {
  const functionOf =
    (name: string): LabFunction =>
    (...args) => {
      const last = args.at(-1);
      const listens = typeof last === 'function';
      return client.call(
        'lab',
        { name, args: listens ? args.slice(0, -1) : args },
        { ...(signal && { signal }), ...(listens && { onEvent: last as (event: unknown) => void }) },
      );
    };
  return {
    ...Object.fromEntries(names.map((name) => [name, functionOf(name)])),
    until(ended) {
      const stop = new AbortController();
      const abort = () => stop.abort();
      ended.then(abort, abort);
      return createLab(client, names, stop.signal);
    },
  };
}
