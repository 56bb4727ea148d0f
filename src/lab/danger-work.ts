import type { Handlers } from '../rpc/server.ts';
import { createClassifier, type Classify } from '../safety/classifier.ts';
import type { StoredWeights } from '../safety/weights.ts';
import weights from '../safety/weights.json' with { type: 'json' };
import type { DangerApi } from './danger.ts';
import { encoderAt } from './encoder-work.ts';

let classifier: { encoder: object; classify: Classify } | undefined;

/** The procedure of the worker that looks for danger with the classifier. */
export const dangerHandlers: Handlers<DangerApi> = {
  async danger({ texts, ...place }, { signal }) {
    const encoder = await encoderAt(place, signal);
    if (classifier?.encoder !== encoder)
      classifier = { encoder, classify: createClassifier(encoder, weights as StoredWeights) };
    return classifier.classify(texts, signal);
  },
};
