import type { EncodedText } from '../../src/core/engine/encoder.ts';
import type { CrisisSignal } from '../../src/core/safety/kinds.ts';
import type { Method } from '../../src/rpc/protocol.ts';
import type { EncoderPlace } from '../encoder/place.ts';

export interface SentencesRequest extends EncoderPlace {
  texts: string[];
}

/** The methods of the worker that reads sentences with the encoder. */
export type SentencesApi = {
  /** The signals of danger in each text, by the classifier alone. */
  danger: Method<SentencesRequest, CrisisSignal[]>;
  /** The vector of each text, of length 1. */
  embed: Method<SentencesRequest, Float32Array[]>;
  /** Each text token by token. */
  encode: Method<SentencesRequest, EncodedText[]>;
};
