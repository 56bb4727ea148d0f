import type { CrisisSignal } from '../../src/core/safety/kinds.ts';
import type { Method } from '../../src/rpc/protocol.ts';
import type { EncoderPlace } from '../encoder/place.ts';

export interface DangerRequest extends EncoderPlace {
  texts: string[];
}

/** What the worker of the classifier answers: what each text signals, by the classifier alone. */
export type DangerApi = { danger: Method<DangerRequest, CrisisSignal[]> };
