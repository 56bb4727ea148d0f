import type { Tagger, TaggerId } from './representation.ts';

/**
 * What is known of each tagger before it is loaded. `keepAccuracy` is measured by accuracy.test.ts on UD English-EWT
 * dev, which fails when a figure here differs from the measured one in the third decimal.
 */
export const TAGGERS: Record<TaggerId, Pick<Tagger, 'name' | 'keepAccuracy'>> = {
  wink: { name: 'wink-nlp', keepAccuracy: 0.988 },
  compromise: { name: 'compromise', keepAccuracy: 0.984 },
};
