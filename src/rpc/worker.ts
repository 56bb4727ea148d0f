import { LabError } from '../core/error.ts';
import { RpcClient, type CallOptions } from './client.ts';
import type { Api } from './protocol.ts';
import { endless, Watch } from './watch.ts';

/** The part of a Worker that is needed here. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: string, listener: (event: never) => void): void;
  removeEventListener(type: string, listener: (event: never) => void): void;
  /** Not needed for workers, but for ports in tests. */
  start?(): void;
  terminate(): void;
}

/**
 * A worker behind promises, started by the first call. When it crashes, is killed or cannot be loaded, every pending
 * call rejects with `worker-lost` and the next call starts a new one, so the caller may simply retry.
 *
 * ```ts
 * const worker = new RpcWorker<MyApi>('compression', () =>
 *   new Worker(new URL('../workers/compress.worker.ts', import.meta.url), { type: 'module' }));
 * const result = await worker.call('compress', texts, { signal });
 * ```
 */
export class RpcWorker<A extends Api> {
  #name: string;
  #spawn: () => WorkerLike | Worker;
  #current: { worker: WorkerLike | Worker; client: RpcClient<A>; watch: Watch } | undefined;
  #onLost = new Set<(error: LabError) => void>();

  /** `name` appears in error messages. */
  constructor(name: string, spawn: () => WorkerLike | Worker) {
    this.#name = name;
    // A Worker's overloads do not match the one signature needed here, though it accepts every such call.
    this.#spawn = spawn;
  }

  get running(): boolean {
    return this.#current !== undefined;
  }

  /** Called when the worker crashes or is killed; returns a function that stops listening. */
  onLost(listener: (error: LabError) => void): () => void {
    this.#onLost.add(listener);
    return () => this.#onLost.delete(listener);
  }

  call<Name extends keyof A & string>(method: Name, input: A[Name]['input'], options?: CallOptions<A[Name]['event']>) {
    return this.#client().call(method, input, options);
  }

  stream<Name extends keyof A & string>(method: Name, input: A[Name]['input'], options?: Omit<CallOptions, 'onEvent'>) {
    return this.#client().stream(method, input, options);
  }

  /** Stops the worker and frees its memory; pending calls reject with `cancelled`. */
  terminate(): void {
    this.#drop(LabError.cancelled());
  }

  #client(): RpcClient<A> {
    if (this.#current) return this.#current.client;
    const worker = this.#spawn() as Worker;
    const lose = (cause: string) => {
      if (this.#current?.worker === worker) this.#lose(cause);
    };
    const watch = new Watch((what) => {
      if (this.#current?.worker === worker) this.#fail(endless(what));
    });
    const client = new RpcClient<A>(
      worker,
      (lock) => {
        if (lock) void navigator.locks.request(lock, () => lose('it was ended by the browser')).catch(() => {});
      },
      (what) => watch.hear(what),
    );
    worker.addEventListener('error', (event) => lose(event.message || 'it failed to start or crashed'));
    worker.addEventListener('messageerror', () => lose('it sent something unreadable'));
    this.#current = { worker, client, watch };
    return client;
  }

  #lose(cause: string): void {
    this.#fail(
      new LabError({
        code: 'worker-lost',
        what: `The ${this.#name} worker stopped (${cause}).`,
        todo: 'Try again: it is restarted. If it keeps stopping, close other tabs or choose a smaller model.',
      }),
    );
  }

  #fail(error: LabError): void {
    this.#drop(error);
    for (const listener of this.#onLost) listener(error);
  }

  #drop(error: LabError): void {
    const current = this.#current;
    this.#current = undefined;
    current?.watch.hear(null);
    current?.client.close(error);
    current?.worker.terminate();
  }
}
