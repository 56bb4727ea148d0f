import { LabError } from '../core/error.ts';
import { announcing, watchWork } from '../core/async/bounded.ts';
import { isRpcMessage, toWire, transferOf, type Api, type Port, type ToClient } from './protocol.ts';
import { uniqueId } from '../core/unique-id.ts';

/** A handler's context. */
export interface CallContext<Event> {
  /** Aborted when the caller cancels or leaves. */
  signal: AbortSignal;
  /** Sends an event to the caller before the result. */
  emit: (event: Event) => void;
}

export type Handlers<A extends Api> = {
  [Name in keyof A]: (
    input: A[Name]['input'],
    context: CallContext<A[Name]['event']>,
  ) => A[Name]['output'] | Promise<A[Name]['output']>;
};

/**
 * Serves calls on `port` (default: this worker's own scope). Calls run concurrently; a handler that must not overlap
 * guards itself. Returns a function that stops serving and aborts running calls.
 */
export function serve<A extends Api>(handlers: Handlers<A>, port: Port = globalThis): () => void {
  const running = new Map<number, AbortController>();
  const send = (message: ToClient, transfer: Transferable[] = []) => port.postMessage(message, transfer);

  async function run(id: number, method: string, input: unknown): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const handler = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
      if (!handler) throw new LabError({ code: 'unsupported', what: `The worker has no procedure "${method}".` });
      const emit = (event: unknown) => send({ rpc: 'event', id, event }, transferOf(event));
      const output = await handler(input, { signal: controller.signal, emit });
      send({ rpc: 'result', id, output }, transferOf(output));
    } catch (error) {
      send({ rpc: 'error', id, error: toWire(error) });
    } finally {
      running.delete(id);
    }
  }

  const listener = ({ data }: MessageEvent) => {
    if (!isRpcMessage(data)) return;
    if (data.rpc === 'call') void run(data.id, data.method, data.input);
    else if (data.rpc === 'cancel') running.get(data.id)?.abort();
  };
  port.addEventListener('message', listener);
  port.start?.();
  if (isWorker()) watchWork(announcing((what) => send({ rpc: 'busy', what })));
  void announce(send);

  return () => {
    port.removeEventListener('message', listener);
    for (const controller of running.values()) controller.abort();
  };
}

function isWorker(): boolean {
  return typeof WorkerGlobalScope !== 'undefined';
}

/**
 * Reports that the worker is ready and, if Web Locks exist, holds a lock for as long as it lives. A worker that the
 * browser kills for lack of memory raises no event on the page, but its lock is released, which the page waits for.
 */
async function announce(send: (message: ToClient) => void): Promise<void> {
  const locks = isWorker() ? globalThis.navigator?.locks : undefined;
  if (!locks) {
    send({ rpc: 'ready' });
    return;
  }
  const lock = `rpc-${uniqueId()}`;
  await locks
    .request(lock, () => {
      send({ rpc: 'ready', lock });
      return new Promise<never>(() => {});
    })
    .catch(() => send({ rpc: 'ready' }));
}
