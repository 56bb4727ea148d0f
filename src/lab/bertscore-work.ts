import { bertScorePairs } from '../metrics/bertscore-pairs.ts';
import type { Prf } from '../metrics/rouge.ts';
import type { Handlers } from '../rpc/server.ts';
import type { BertScoreApi } from './bertscore.ts';
import { encoderAt } from './encoder-work.ts';

/** The procedure of the worker that holds the encoder. */
export const bertScoreHandlers: Handlers<BertScoreApi> = {
  async bertscore({ pairs, idf, ...place }, { signal, emit }): Promise<Prf[]> {
    return bertScorePairs(await encoderAt(place, signal), pairs, { idf, signal, onProgress: emit });
  },
};
