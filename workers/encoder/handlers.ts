import { bertScorePairs } from '../../src/core/metrics/bertscore-pairs.ts';
import type { Prf } from '../../src/core/metrics/rouge.ts';
import type { Handlers } from '../../src/rpc/server.ts';
import type { BertScoreApi } from './api.ts';
import { encoderAt } from './open.ts';

/** The handlers of the encoder's worker. */
export const bertScoreHandlers: Handlers<BertScoreApi> = {
  async bertscore({ pairs, idf, ...place }, { signal, emit }): Promise<Prf[]> {
    return bertScorePairs(await encoderAt(place, signal), pairs, { idf, signal, onProgress: emit });
  },
};
