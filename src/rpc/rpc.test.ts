import { afterEach, describe, expect, it, vi } from 'vitest';
import { LabError } from '../core/error.ts';
import { announcing } from '../core/async/bounded.ts';
import { RpcClient } from './client.ts';
import { withTransfer, type Method } from './protocol.ts';
import { serve, type Handlers } from './server.ts';
import { RpcWorker, type WorkerLike } from './worker.ts';

// A type alias, not an interface: only aliases are assignable to the index signature of Api.
type TestApi = {
  add: Method<[number, number], number>;
  fail: Method<'lab' | 'plain', never>;
  count: Method<number, string, number>;
  wait: Method<null, string>;
  double: Method<Float32Array, Float32Array>;
};

let stopped = 0;
const handlers: Handlers<TestApi> = {
  add: ([a, b]) => a + b,
  fail: (kind) => {
    if (kind === 'plain') throw new TypeError('plain');
    throw new LabError({ code: 'quota', what: 'Full.', where: 'disk', todo: 'Delete.' });
  },
  count: async (n, { emit, signal }) => {
    for (let i = 0; i < n; i++) {
      if (signal.aborted) return `stopped at ${i}`;
      emit(i);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return 'all';
  },
  wait: (_, { signal }) =>
    new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => {
        stopped++;
        reject(LabError.cancelled());
      }),
    ),
  double: (values) => {
    const out = values.map((value) => value * 2);
    return withTransfer(out, [out.buffer]);
  },
};

const open: MessagePort[] = [];
function pair(): { client: RpcClient<TestApi>; port: MessagePort } {
  const { port1, port2 } = new MessageChannel();
  open.push(port1, port2);
  serve<TestApi>(handlers, port2);
  return { client: new RpcClient<TestApi>(port1), port: port1 };
}
afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

describe('rpc', () => {
  it('answers concurrent calls each with its own result', async () => {
    const { client } = pair();
    const sums = await Promise.all([1, 2, 3].map((n) => client.call('add', [n, 10])));
    expect(sums).toEqual([11, 12, 13]);
    expect(client.pending).toBe(0);
  });

  it('carries a LabError with its fields, and other errors by name', async () => {
    const { client } = pair();
    const error = await client.call('fail', 'lab').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(LabError);
    expect((error as LabError).detail).toEqual({ code: 'quota', what: 'Full.', where: 'disk', todo: 'Delete.' });
    await expect(client.call('fail', 'plain')).rejects.toMatchObject({ name: 'TypeError', message: 'plain' });
  });

  it('refuses unknown and inherited procedure names', async () => {
    const { client } = pair();
    const loose = client as unknown as RpcClient<Record<string, Method<unknown, unknown, unknown>>>;
    for (const name of ['nothing', 'toString', '__proto__']) {
      await expect(loose.call(name, null)).rejects.toMatchObject({ code: 'unsupported' });
    }
  });

  it('streams events in order and returns the result', async () => {
    const { client } = pair();
    const stream = client.stream('count', 4);
    const seen: number[] = [];
    let step = await stream.next();
    for (; !step.done; step = await stream.next()) seen.push(step.value);
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(step.value).toBe('all');
  });

  it('lets a cancelled stream end by itself, and cancels one whose loop is left', async () => {
    const { client } = pair();
    const controller = new AbortController();
    const stream = client.stream('count', 1000, { signal: controller.signal });
    let step = await stream.next();
    for (; !step.done; step = await stream.next()) if (step.value === 2) controller.abort();
    expect(step.value).toMatch(/^stopped at/);

    for await (const value of client.stream('count', 1000)) if (value === 1) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(client.pending).toBe(0);
  });

  it('rejects an aborted call at once and notifies the handler', async () => {
    const { client } = pair();
    const controller = new AbortController();
    const call = client.call('wait', null, { signal: controller.signal });
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    await expect(client.call('wait', null, { signal: controller.signal })).rejects.toMatchObject({ code: 'cancelled' });
    await client.call('add', [1, 1]);
    expect(stopped).toBe(1);
  });

  it('transfers buffers both ways', async () => {
    const { client } = pair();
    const input = new Float32Array([1, 2]);
    const output = await client.call('double', input, { transfer: [input.buffer] });
    expect([...output]).toEqual([2, 4]);
    expect(input.byteLength).toBe(0);
  });

  it('rejects input that cannot be cloned without leaving the call pending', async () => {
    const { client } = pair();
    await expect(client.call('add', (() => 1) as never)).rejects.toThrow();
    expect(client.pending).toBe(0);
  });
});

/** A worker with a real port whose crash is an event, as in a browser. */
class ChannelWorker extends EventTarget {
  channel = new MessageChannel();
  terminated = false;
  constructor() {
    super();
    serve<TestApi>(handlers, this.channel.port2);
    this.channel.port1.addEventListener('message', ({ data }) =>
      this.dispatchEvent(new MessageEvent('message', { data })),
    );
    this.channel.port1.start();
  }
  postMessage(message: unknown, transfer: Transferable[]): void {
    this.channel.port1.postMessage(message, transfer as never);
  }
  terminate(): void {
    this.terminated = true;
    this.channel.port1.close();
  }
}

describe('RpcWorker', () => {
  it('rejects all pending calls when the worker is lost, and starts a new one', async () => {
    const spawned: ChannelWorker[] = [];
    const worker = new RpcWorker<TestApi>('test', () => {
      const next = new ChannelWorker();
      spawned.push(next);
      return next as unknown as WorkerLike;
    });
    const lost: string[] = [];
    worker.onLost((error) => lost.push(error.code));

    expect(await worker.call('add', [1, 2])).toBe(3);
    const stuck = worker.call('wait', null);
    const streaming = worker.stream('count', 1000);
    await streaming.next();
    spawned[0]?.dispatchEvent(new Event('error'));
    await expect(stuck).rejects.toMatchObject({ code: 'worker-lost' });
    await expect(
      (async () => {
        for await (const value of streaming) void value;
      })(),
    ).rejects.toMatchObject({ code: 'worker-lost' });
    expect(spawned[0]?.terminated).toBe(true);
    expect(lost).toEqual(['worker-lost']);

    expect(await worker.call('add', [2, 2])).toBe(4);
    expect(spawned).toHaveLength(2);
    const cut = worker.call('wait', null);
    worker.terminate();
    await expect(cut).rejects.toMatchObject({ code: 'cancelled' });
    expect(worker.running).toBe(false);
    expect(lost).toHaveLength(1);
  });
});

describe('work that may never end', () => {
  it('is announced once for many short pieces, and so is its end', async () => {
    const told: (string | null)[] = [];
    const run = announcing((what) => told.push(what));
    expect([1, 2, 3].map((n) => run('a file', () => n * 2))).toEqual([2, 4, 6]);
    expect(told).toEqual(['a file']);
    await Promise.resolve();
    expect(told).toEqual(['a file', null]);
  });

  it('terminates the worker after a while, and every call to it names the cause', async () => {
    vi.useFakeTimers();
    try {
      const sent: ((event: { data: unknown }) => void)[] = [];
      let ended = 0;
      const worker: WorkerLike = {
        postMessage: () => undefined,
        addEventListener: (type, listener) => void (type === 'message' && sent.push(listener as never)),
        removeEventListener: () => undefined,
        terminate: () => void ended++,
      };
      const rpc = new RpcWorker<TestApi>('tested', () => worker);
      const lost = vi.fn();
      rpc.onLost(lost);
      const call = rpc.call('wait', null).catch((error: unknown) => error);
      const say = (what: string | null): void => sent.forEach((listener) => listener({ data: { rpc: 'busy', what } }));
      say('other');
      await vi.advanceTimersByTimeAsync(10_000);
      say('model/tokenizer.json, pattern (a+)+$');
      await vi.advanceTimersByTimeAsync(10_000);
      expect(ended).toBe(0);
      say(null);
      await vi.advanceTimersByTimeAsync(60_000);
      expect(ended).toBe(0);
      say('model/tokenizer.json, pattern (a+)+$');
      await vi.advanceTimersByTimeAsync(16_000);
      expect(ended).toBe(1);
      expect(await call).toMatchObject({ code: 'bad-config', message: expect.stringContaining('(a+)+$') });
      expect(lost).toHaveBeenCalledOnce();
    } finally {
      vi.useRealTimers();
    }
  });
});
