import type { Embedder } from '../embedding/embedder.ts';
import type { Encoder } from '../engine/encoder.ts';
import type { Assist } from './assist.ts';
import type { ExchangeIndex } from './exchange-index.ts';
import { queryOf } from './exchanges.ts';
import { replyRanker, type RankerWeights } from './ranker.ts';

interface AssistParts {
  embedder: Embedder;
  encoder: Pick<Encoder, 'encode'>;
  /** Opened when exchanges are first looked up. */
  index: () => Promise<Pick<ExchangeIndex, 'nearest'>>;
  weights: RankerWeights;
}

/** Assistance by an encoder, the index of the corpus and the trained ranker. */
export function createAssist({ embedder, encoder, index, weights }: AssistParts): Assist {
  return {
    async similar(utterances, count, signal) {
      const [[query], { nearest }] = await Promise.all([embedder.embed([queryOf(utterances)], signal), index()]);
      return query ? nearest(query, count) : [];
    },
    ranker: (utterances) => replyRanker(encoder, weights, utterances),
  };
}
