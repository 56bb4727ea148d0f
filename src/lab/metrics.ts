import { hasWasmThreads } from '../engines/threads.ts';
import { Lazy } from '../core/async/memoised.ts';
import { at } from '../core/at.ts';
import { LabError, throwIfCancelled } from '../core/error.ts';
import { corpusScores, type CorpusScores } from '../core/metrics/corpus.ts';
import { unpackPairs } from '../core/metrics/packed.ts';
import type { MeasuredPair, Pair } from '../core/metrics/pair.ts';
import type { WordNet } from '../core/metrics/wordnet.ts';
import { RpcWorker, type WorkerLike } from '../rpc/worker.ts';
import { createBertScoreWorker, type BertScoreChoice, type BertScorer } from './bertscore.ts';
import { measurePairs, type MetricsApi } from '../../workers/metrics/handlers.ts';

export interface Measurement {
  /** In the order of the given pairs. */
  pairs: MeasuredPair[];
  corpus: CorpusScores;
}

export interface MeasureOptions {
  /** Whether METEOR is computed, for which WordNet (0.5 MB) is loaded. Default true. */
  meteor?: boolean | undefined;
  /** Also computes BERTScore, for which an encoder (29 MB) is loaded. Default: no. */
  bertscore?: BertScoreChoice | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Computes the text metrics of many pairs. */
export interface Metrics {
  /**
   * @throws {LabError} `cancelled` when `signal` is aborted, `network` or `bad-file` when WordNet cannot be loaded.
   */
  measure: (pairs: readonly Pair[], options?: MeasureOptions) => Promise<Measurement>;
  /** Stops the workers; the next call starts them again. */
  terminate(): void;
}

/** Where to run: in workers, or on this thread (Node). */
export type MetricsSetup = { bertScorer?: BertScorer } & (
  { spawn: () => WorkerLike | Worker; workers: number; wordnetUrl: string } | { loadWordNet: () => Promise<WordNet> }
);

/** Pairs per message to a worker: enough to hide its overhead, few enough to share the work evenly. */
const CHUNK = 64;
/** Milliseconds that idle workers are kept; each holds WordNet in memory. */
const IDLE = 30_000;

/** Creates a separate service, e.g. for Node or a test; pages and notebooks use `measure`. */
export function createMetrics(setup: MetricsSetup): Metrics {
  const metrics = 'spawn' in setup ? createPool(setup) : createInline(setup.loadWordNet);
  return setup.bertScorer ? withBertScore(metrics, setup.bertScorer) : metrics;
}

/** Adds BERTScore to `metrics`. It runs afterwards, so that the two don't compete for cores. */
function withBertScore(metrics: Metrics, scorer: BertScorer): Metrics {
  return {
    async measure(pairs, options = {}) {
      const measurement = await metrics.measure(pairs, options);
      if (!options.bertscore) return measurement;
      const { signal, onProgress } = options;
      const scores = await scorer.score(pairs, options.bertscore, {
        signal,
        onProgress: (done) => onProgress?.(done, pairs.length),
      });
      measurement.pairs.forEach((pair, i) => (pair.scores.bertscore = at(scores, i)));
      return measurement;
    },
    terminate() {
      metrics.terminate();
      scorer.terminate();
    },
  };
}

function createInline(loadWordNet: () => Promise<WordNet>): Metrics {
  const wordnets = new Lazy(loadWordNet);
  return {
    async measure(pairs, { meteor = true, signal, onProgress } = {}) {
      throwIfCancelled(signal);
      const wordnet = meteor ? await wordnets.get() : undefined;
      const measured = await measurePairs(pairs, wordnet, {
        signal,
        onProgress: (done) => onProgress?.(done, pairs.length),
      });
      onProgress?.(pairs.length, pairs.length);
      return summarise(measured);
    },
    terminate() {
      void wordnets.forget()?.catch(() => undefined);
    },
  };
}

function createPool({ spawn, workers: size, wordnetUrl }: Extract<MetricsSetup, { workers: number }>): Metrics {
  const workers = Array.from({ length: Math.max(1, size) }, () => new RpcWorker<MetricsApi>('metrics', spawn));
  const terminate = () => workers.forEach((worker) => worker.terminate());
  let running = 0;
  let idle: ReturnType<typeof setTimeout> | undefined;

  async function measure(
    pairs: readonly Pair[],
    { meteor = true, signal, onProgress }: MeasureOptions,
  ): Promise<Measurement> {
    const chunks = Array.from({ length: Math.ceil(pairs.length / CHUNK) }, (_, i) =>
      pairs.slice(i * CHUNK, (i + 1) * CHUNK),
    );
    const done = chunks.map(() => 0);
    const results: MeasuredPair[][] = chunks.map(() => []);
    const failed = new AbortController();
    const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
    let next = 0;
    const work = async (worker: RpcWorker<MetricsApi>): Promise<void> => {
      for (let i = next++; i < chunks.length; i = next++) {
        const report = (count: number) => {
          done[i] = count;
          onProgress?.(
            done.reduce((sum, value) => sum + value, 0),
            pairs.length,
          );
        };
        const chunk = (chunks[i] ?? []).map(plain);
        const input = { pairs: chunk, wordnetUrl: meteor ? wordnetUrl : undefined };
        const packed = await onceMore(() => worker.call('measure', input, { signal: stop, onEvent: report }));
        results[i] = unpackPairs(
          packed,
          chunk.map(({ id }) => id),
        );
        report(chunk.length);
      }
    };
    try {
      // Two chunks each, so that a worker never waits for the page to send the next.
      await Promise.all([...workers, ...workers].slice(0, chunks.length).map(work));
    } catch (error) {
      failed.abort();
      throw error;
    }
    return summarise(results.flat());
  }

  return {
    async measure(pairs, options = {}) {
      throwIfCancelled(options.signal);
      clearTimeout(idle);
      running++;
      try {
        return await measure(pairs, options);
      } finally {
        if (--running === 0) idle = setTimeout(terminate, IDLE);
      }
    },
    terminate() {
      clearTimeout(idle);
      terminate();
    },
  };
}

/** Retries once: the next call starts a new worker to replace a lost one. */
async function onceMore<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof LabError && error.code === 'worker-lost') return attempt();
    throw error;
  }
}

/** Only the known fields, as plain data: reactive proxies of the interface can't be sent to a worker. */
function plain({ id, hyp, ref }: Pair): Pair {
  return { id, hyp, ref };
}

function summarise(pairs: MeasuredPair[]): Measurement {
  return { pairs, corpus: corpusScores(pairs.map(({ counts }) => counts)) };
}

/** The page's metrics, in their own workers. Nothing starts before the first pair is measured. */
export function openMetrics(): Metrics {
  // One core is left for the page.
  const workers = Math.min(4, Math.max(1, navigator.hardwareConcurrency - 1));
  return createMetrics({
    spawn: () => new Worker(new URL('../../workers/metrics/metrics.worker.ts', import.meta.url), { type: 'module' }),
    workers,
    wordnetUrl: new URL('wordnet/wordnet-3.0.bin', document.baseURI).href,
    bertScorer: createBertScoreWorker(
      () =>
        new Worker(new URL('../../workers/encoder/encoder.worker.ts', import.meta.url), {
          type: 'module',
          name: 'encoder',
        }),
      document.baseURI,
      hasWasmThreads() ? workers : 1,
    ),
  });
}

let shared: Metrics | undefined;

/**
 * Measures pairs in the page's pool of metrics workers.
 *
 * ```ts
 * const { pairs, corpus } = await measure([{ id: 1, hyp: 'I hear you.', ref: 'I am here for you.' }]);
 * pairs[0].scores.nltk_meteor; corpus.distinct1;
 * ```
 */
export function measure(pairs: readonly Pair[], options?: MeasureOptions): Promise<Measurement> {
  shared ??= openMetrics();
  return shared.measure(pairs, options);
}
