import { LazyMap } from '../core/async/memoised.ts';
import type { RemoteModel } from '../browser/model-store/remote-files.ts';
import type { Encoder } from '../core/engine/encoder.ts';
import { bertScorePairs, type BertScoreOptions } from '../core/metrics/bertscore-pairs.ts';
import type { Pair } from '../core/metrics/pair.ts';
import type { Prf } from '../core/metrics/rouge.ts';
import type { BertScoreApi, BertScoreRequest } from '../../workers/encoder/api.ts';
import { RpcWorker, type WorkerLike } from '../rpc/worker.ts';
import { embeddedEncoder } from '../../workers/encoder/place.ts';

/**
 * Which encoder and weights. `encoder` is the address of a folder in the layout of transformers.js; default: the
 * embedded one.
 */
export interface BertScoreChoice {
  idf?: boolean;
  encoder?: string;
}

/** Computes BERTScore, in a worker or on this thread. */
export interface BertScorer {
  score(
    pairs: readonly Pair[],
    choice: BertScoreChoice,
    options: Pick<BertScoreOptions, 'signal' | 'onProgress'>,
  ): Promise<Prf[]>;
  terminate(): void;
}

/** Runs on this thread, where there are no workers (Node). */
export function createInlineBertScore(load: (folder?: string) => Promise<Encoder>): BertScorer {
  const loaded = new LazyMap<string | undefined, Encoder>();
  return {
    async score(pairs, { idf = false, encoder }, options) {
      const loading = loaded.get(encoder, () => load(encoder));
      return bertScorePairs(await loading, pairs, { ...options, idf });
    },
    terminate() {
      for (const loading of loaded.clear())
        void loading.then(
          (encoder) => encoder.release(),
          () => undefined,
        );
    },
  };
}

/**
 * Runs in its own worker, because the encoder is too large for each metrics worker. `base` is the lab's address.
 */
export function createBertScoreWorker(spawn: () => WorkerLike | Worker, base: string, threads: number): BertScorer {
  const worker = new RpcWorker<BertScoreApi>('BERTScore', spawn);
  return {
    score(pairs, { idf = false, encoder }, { signal, onProgress }) {
      const request: BertScoreRequest = {
        pairs: pairs.map(({ hyp, ref }) => ({ hyp, ref })),
        idf,
        encoder: encoder === undefined ? embeddedEncoder(base) : encoderAt(encoder, base),
        ortBase: new URL('ort/', base).href,
        threads,
      };
      return worker.call('bertscore', request, { signal, ...(onProgress && { onEvent: onProgress }) });
    },
    terminate: () => worker.terminate(),
  };
}

function encoderAt(address: string, base: string): RemoteModel {
  const url = new URL(address.endsWith('/') ? address : `${address}/`, base).href;
  return { id: `encoder ${url}`, name: url, url };
}
