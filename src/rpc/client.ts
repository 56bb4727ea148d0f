import { Channel } from '../core/async/channel.ts';
import { LabError } from '../core/error.ts';
import { fromWire, isRpcMessage, type Api, type Port, type ToServer } from './protocol.ts';

export interface CallOptions<Event = unknown> {
  /** Aborting rejects the call at once with `cancelled` and tells the handler to stop. */
  signal?: AbortSignal | undefined;
  onEvent?: ((event: Event) => void) | undefined;
  /** Buffers of the input to transfer instead of copy. */
  transfer?: Transferable[] | undefined;
}

interface Pending {
  resolve(output: unknown): void;
  reject(error: Error): void;
  onEvent?: ((event: never) => void) | undefined;
}

/** The client: turns procedures on the other side of a port into promises and async iterables. */
export class RpcClient<A extends Api> {
  #port: Port;
  #pending = new Map<number, Pending>();
  #nextId = 1;
  #closed: LabError | undefined;
  #onReady: ((lock?: string) => void) | undefined;
  #onBusy: ((what: string | null) => void) | undefined;
  #listener = ({ data }: MessageEvent) => this.#receive(data);

  /**
   * `onReady` is called once the other side is serving, with the name of the lock that it holds while it lives;
   * `onBusy` when work that may never end begins and ends.
   */
  constructor(port: Port, onReady?: (lock?: string) => void, onBusy?: (what: string | null) => void) {
    this.#port = port;
    this.#onReady = onReady;
    this.#onBusy = onBusy;
    port.addEventListener('message', this.#listener);
    port.start?.();
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** Rejects with the handler's error (LabErrors keep their fields), or `worker-lost` if the worker is gone. */
  call<Name extends keyof A & string>(
    method: Name,
    input: A[Name]['input'],
    { signal, onEvent, transfer = [] }: CallOptions<A[Name]['event']> = {},
  ): Promise<A[Name]['output']> {
    if (this.#closed) return Promise.reject(this.#closed);
    if (signal?.aborted) return Promise.reject(LabError.cancelled());
    const id = this.#nextId++;
    return new Promise<A[Name]['output']>((resolve, reject) => {
      const abort = () => {
        this.#post({ rpc: 'cancel', id });
        settle(() => reject(LabError.cancelled()));
      };
      const settle = (done: () => void) => {
        signal?.removeEventListener('abort', abort);
        this.#pending.delete(id);
        done();
      };
      this.#pending.set(id, {
        resolve: (output) => settle(() => resolve(output)),
        reject: (error) => settle(() => reject(error)),
        onEvent,
      });
      signal?.addEventListener('abort', abort, { once: true });
      try {
        this.#post({ rpc: 'call', id, method, input }, transfer);
      } catch (error) {
        settle(() => reject(error));
      }
    });
  }

  /**
   * Yields the events of a call as they arrive and returns its result. Unlike `call`, aborting `signal` lets the
   * handler finish by itself (a cancelled reply still reports its statistics); leaving the loop cancels it.
   */
  async *stream<Name extends keyof A & string>(
    method: Name,
    input: A[Name]['input'],
    { signal, transfer }: Omit<CallOptions, 'onEvent'> = {},
  ): AsyncGenerator<A[Name]['event'], A[Name]['output'], void> {
    const events = new Channel<A[Name]['event']>();
    const id = this.#nextId;
    const call = this.call(method, input, { transfer, onEvent: events.push }).finally(events.close);
    call.catch(() => {});
    const cancel = () => this.#post({ rpc: 'cancel', id });
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      yield* events;
      return await call;
    } finally {
      signal?.removeEventListener('abort', cancel);
      if (!events.closed) cancel();
    }
  }

  /** Rejects every pending and later call with `error`. */
  close(error: LabError): void {
    if (this.#closed) return;
    this.#closed = error;
    this.#port.removeEventListener('message', this.#listener);
    for (const pending of [...this.#pending.values()]) pending.reject(error);
  }

  #post(message: ToServer, transfer: Transferable[] = []): void {
    if (!this.#closed) this.#port.postMessage(message, transfer);
  }

  #receive(data: unknown): void {
    if (!isRpcMessage(data)) return;
    if (data.rpc === 'ready') return this.#onReady?.(data.lock);
    if (data.rpc === 'busy') return this.#onBusy?.(data.what);
    const pending = this.#pending.get(data.id);
    if (!pending) return;
    if (data.rpc === 'event') pending.onEvent?.(data.event as never);
    else if (data.rpc === 'result') pending.resolve(data.output);
    else if (data.rpc === 'error') pending.reject(fromWire(data.error));
  }
}
