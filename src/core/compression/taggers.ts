import type { Tagger, TaggerId } from './representation.ts';

/**
 * What is known about each tagger before it is loaded. accuracy.test.ts measures `keepAccuracy` on UD English-EWT dev,
 * and fails when a value here differs from the measured one in the third decimal.
 */
export const TAGGERS: Record<TaggerId, Pick<Tagger, 'name' | 'keepAccuracy'>> = {
  wink: { name: 'wink-nlp', keepAccuracy: 0.988 },
  compromise: { name: 'compromise', keepAccuracy: 0.984 },
};
