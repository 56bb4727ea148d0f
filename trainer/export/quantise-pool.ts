import { availableParallelism } from 'node:os';
import { isExact, type NBits, type NBitsRows, type Quantiser, toNBits } from '../../src/core/formats/export/nbits.ts';
import type { StoredType } from '../../src/core/formats/stored.ts';
import { nodeWorker } from '../../src/node/node-worker.ts';
import type { Method } from '../../src/rpc/protocol.ts';
import { RpcWorker } from '../../src/rpc/worker.ts';

/** The interface of a quantising thread. */
export type QuantiseApi = {
  quantise: Method<{ type: StoredType; stored: Uint8Array; count: number; bits: NBits }, NBitsRows>;
};

/** More threads would wait for the one that reads, merges and writes, which does about a quarter of the work. */
const MOST_THREADS = 4;

export interface QuantisePool extends Quantiser {
  close(): void;
}

/**
 * Quantises in separate threads, while this one reads, merges and writes. They start when first needed.
 */
export function quantisePool(threads = Math.min(MOST_THREADS, availableParallelism())): QuantisePool {
  const workers = Array.from(
    { length: threads },
    () => new RpcWorker<QuantiseApi>('quantising', () => nodeWorker(new URL('./quantise.worker.ts', import.meta.url))),
  );
  let next = 0;
  return {
    ahead: threads,
    quantise(type, stored, count, bits) {
      if (isExact(type, bits)) return toNBits(type, stored, count, bits);
      const worker = workers[next++ % threads] as RpcWorker<QuantiseApi>;
      const whole = stored.byteLength === stored.buffer.byteLength;
      return worker.call(
        'quantise',
        { type, stored, count, bits },
        { transfer: whole ? [stored.buffer as ArrayBuffer] : [] },
      );
    },
    close: () => workers.forEach((worker) => worker.terminate()),
  };
}
