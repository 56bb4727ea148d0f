import { OVERFLOWS } from '../../core/compression/history/overflow.ts';
import { REPRESENTATIONS } from '../../core/compression/representation.ts';
import type { Settings } from '../state/settings.svelte.ts';
import { DECODING_CONTROLS } from './decoding-controls.ts';

const KEYS = Object.keys(DECODING_CONTROLS) as (keyof typeof DECODING_CONTROLS)[];

/** Settings in words, one phrase each; the system prompt is shown on its own. */
export function describeSettings(settings: Partial<Settings>): string[] {
  const { representation, tagger, keptTags, exchanges, bestOf, budget, overflow, newestWhole, keepNegations, seed } =
    settings;
  return [
    representation && `compression ${REPRESENTATIONS[representation].name}`,
    tagger && `tagger ${tagger}`,
    keptTags && `keeps ${keptTags.join(', ')}`,
    ...KEYS.map(
      (key) => settings[key] !== undefined && `${DECODING_CONTROLS[key].label.toLowerCase()} ${settings[key]}`,
    ),
    bestOf !== undefined && `the best of ${bestOf} replies`,
    exchanges !== undefined && `${exchanges} similar exchanges`,
    budget != null && `context window ${budget} tokens`,
    overflow && `when it is full: ${OVERFLOWS[overflow].name.toLowerCase()}`,
    newestWhole !== undefined && `newest message ${newestWhole ? 'whole' : 'shortened like the others'}`,
    keepNegations !== undefined && `negations ${keepNegations ? 'kept' : 'dropped as in the paper'}`,
    seed !== undefined && `seed ${seed}`,
  ].filter((phrase) => typeof phrase === 'string');
}
