import type { Handlers } from '../../src/rpc/server.ts';
import { createClassifier, type Classify } from '../../src/core/safety/classifier.ts';
import weights from '../../src/core/safety/weights.json' with { type: 'json' };
import type { DangerApi } from './api.ts';
import { encoderAt } from '../encoder/open.ts';

let classifier: { encoder: object; classify: Classify } | undefined;

/** The handlers of the worker that detects danger with the classifier. */
export const dangerHandlers: Handlers<DangerApi> = {
  async danger({ texts, ...place }, { signal }) {
    const encoder = await encoderAt(place, signal);
    if (classifier?.encoder !== encoder) classifier = { encoder, classify: createClassifier(encoder, weights) };
    return classifier.classify(texts, signal);
  },
};
