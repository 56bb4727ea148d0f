import { embedderOf } from '../../src/core/embedding/embedder.ts';
import { createClassifier, type Classify } from '../../src/core/safety/classifier.ts';
import weights from '../../src/core/safety/weights.json' with { type: 'json' };
import type { Handlers } from '../../src/rpc/server.ts';
import { encoderAt } from '../encoder/open.ts';
import type { SentencesApi } from './api.ts';

let classifier: { encoder: object; classify: Classify } | undefined;

/**
 * The handlers of the worker that reads sentences. No signal stops the opening of the encoder: a search that is not
 * needed any more would otherwise stop the detection of danger that waits for it, too.
 */
export const sentencesHandlers: Handlers<SentencesApi> = {
  async danger({ texts, ...place }, { signal }) {
    const encoder = await encoderAt(place);
    if (classifier?.encoder !== encoder) classifier = { encoder, classify: createClassifier(encoder, weights) };
    return classifier.classify(texts, signal);
  },
  async embed({ texts, ...place }, { signal }) {
    return embedderOf(await encoderAt(place)).embed(texts, signal);
  },
  async encode({ texts, ...place }, { signal }) {
    return (await encoderAt(place)).encode(texts, signal);
  },
};
