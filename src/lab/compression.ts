import { at } from '../core/at.ts';
import { throwIfCancelled } from '../core/error.ts';
import type { CompressOptions } from '../core/compression/options.ts';
import type { Compressed, Representation } from '../core/compression/representation.ts';
import { RpcWorker } from '../rpc/worker.ts';
import type { WorkerLike } from '../rpc/worker.ts';
import type { CompressApi } from '../../workers/compression/api.ts';
import { Lru } from '../core/lru.ts';

/** Compresses texts off the page's thread and remembers results. */
export interface Compression {
  /**
   * Returns one result per text, in order.
   * @throws {LabError} `worker-lost` when the worker dies, and the next call starts a fresh one; `cancelled` when
   * `signal` is aborted.
   */
  compress: (texts: readonly string[], options: CompressOptions, signal?: AbortSignal) => Promise<Compressed[]>;
  /** Stops the worker; the next call starts it again. */
  terminate(): void;
}

interface CompressionSetup {
  /** Starts the worker. If absent, or where there are no workers (Node), the same code runs on this thread. */
  spawn?: (() => WorkerLike | Worker) | undefined;
  /** Maximum number of cached results. */
  capacity?: number | undefined;
}

/** Texts longer than this are not cached. */
const LONGEST_REMEMBERED = 20_000;

const keyOf = (text: string, { representation, tagger, keep, negations }: CompressOptions): string =>
  JSON.stringify([representation, tagger, keep && [...keep].sort(), negations, text]);

/** Creates a separate compression service, e.g. for a test; pages and notebooks use `compress`. */
export function createCompression({ spawn, capacity = 4096 }: CompressionSetup = {}): Compression {
  const remembered = new Lru<Compressed>(capacity);
  const worker = spawn && new RpcWorker<CompressApi>('compression', spawn);

  const run = async (texts: string[], options: CompressOptions, signal?: AbortSignal): Promise<Compressed[]> => {
    if (worker) return worker.call('compress', { texts, options: plain(options) }, { signal });
    const representation = await loadHere(options);
    return texts.map((text) => {
      throwIfCancelled(signal);
      return representation.compress(text);
    });
  };

  return {
    async compress(texts, options, signal) {
      throwIfCancelled(signal);
      const found = new Map<string, Compressed>();
      for (const text of texts) {
        const known = remembered.get(keyOf(text, options));
        if (known) found.set(text, known);
      }
      const missing = [...new Set(texts)].filter((text) => !found.has(text));
      const fresh = missing.length > 0 ? await run(missing, options, signal) : [];
      fresh.forEach((compressed, index) => {
        const text = at(missing, index);
        found.set(text, compressed);
        if (text.length <= LONGEST_REMEMBERED) remembered.set(keyOf(text, options), compressed);
      });
      return texts.map((text) => found.get(text) ?? { text, spans: [] });
    },
    terminate: () => worker?.terminate(),
  };
}

/** Loads a compression into this thread; only Node does that. */
async function loadHere(options: CompressOptions): Promise<Representation> {
  const { loadRepresentation } = await import('#inline-compression');
  return loadRepresentation(options.representation, options);
}

/** Only the known fields, as plain data: reactive proxies of the interface cannot be sent to a worker. */
function plain({ representation, tagger, keep, negations }: CompressOptions): CompressOptions {
  return { representation, tagger, keep: keep && [...keep], negations };
}

/** Opens a compression service with its own worker; without workers (Node), it runs on this thread. */
export function openCompression(): Compression {
  return createCompression({
    spawn:
      typeof Worker === 'undefined'
        ? undefined
        : () =>
            new Worker(new URL('../../workers/compression/compression.worker.ts', import.meta.url), { type: 'module' }),
  });
}

const shared = openCompression();

/**
 * Compresses texts in the lab's one compression worker.
 *
 * ```ts
 * const [hello] = await compress(['I am so sad today.'], { representation: 'keypos', tagger: 'wink' });
 * hello.text; // 'I so sad today'
 * ```
 */
export const compress: Compression['compress'] = shared.compress;
