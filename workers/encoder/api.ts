import type { Pair } from '../../src/core/metrics/pair.ts';
import type { Prf } from '../../src/core/metrics/rouge.ts';
import type { Method } from '../../src/rpc/protocol.ts';
import type { EncoderPlace } from './place.ts';

export interface BertScoreRequest extends EncoderPlace {
  pairs: Pick<Pair, 'hyp' | 'ref'>[];
  idf: boolean;
}

/** The methods of the encoder's worker; events are the number of pairs done so far. */
export type BertScoreApi = { bertscore: Method<BertScoreRequest, Prf[], number> };
