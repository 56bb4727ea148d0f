import { at } from '../at.ts';
import type { Encoder } from '../engine/encoder.ts';
import { detectCrisis } from './crisis.ts';
import { sentenceEmbedding } from '../embedding/embedder.ts';
import { hashedNgrams } from './features.ts';
import { strongerSignal, type CrisisSignal } from './kinds.ts';
import { openWeights, type StoredWeights } from './weights.ts';
import { windowsOf } from './windows.ts';

/** The signals that the classifier alone finds in messages. */
export type Classify = (messages: readonly string[], signal?: AbortSignal) => Promise<CrisisSignal[]>;

/**
 * A classifier over an open encoder; docs/reference/safety.md describes it and its error rates. It rejects with
 * `wrong-numbers` where the encoder's output is not what the weights were trained on.
 * @throws {LabError} `bad-file` if the weights are incomplete.
 */
export function createClassifier(encoder: Pick<Encoder, 'encode'>, weights: StoredWeights): Classify {
  const { project, judge } = openWeights(weights);
  const read = async (text: string, signal?: AbortSignal): Promise<CrisisSignal> => {
    const encoded = at(await encoder.encode([text], signal), 0);
    const { places, values } = hashedNgrams(text);
    const { flag, danger, kind } = judge(project(sentenceEmbedding(encoded)), places, values);
    return flag <= 0 ? { level: 'none', kinds: [] } : { level: danger > 0 ? 'danger' : 'concern', kinds: [kind] };
  };
  return async (messages, signal) => {
    const found: CrisisSignal[] = [];
    for (const message of messages) {
      let most: CrisisSignal = { level: 'none', kinds: [] };
      for (const window of windowsOf(message)) {
        most = strongerSignal(most, await read(window, signal));
        if (most.level === 'danger') break;
      }
      found.push(most);
    }
    return found;
  };
}

/** The signals that rules and classifier find together. */
export async function detectWith(
  classify: Classify,
  messages: readonly string[],
  signal?: AbortSignal,
): Promise<CrisisSignal[]> {
  const seen = await classify(messages, signal);
  return messages.map((message, i) => strongerSignal(detectCrisis(message), at(seen, i)));
}
