import type { CrisisSignal } from '../../src/core/safety/kinds.ts';
import type { Method } from '../../src/rpc/protocol.ts';
import type { EncoderPlace } from '../encoder/place.ts';

export interface DangerRequest extends EncoderPlace {
  texts: string[];
}

/** The methods of the classifier's worker: the signals of each text by the classifier alone. */
export type DangerApi = { danger: Method<DangerRequest, CrisisSignal[]> };
