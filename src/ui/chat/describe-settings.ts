import { REPRESENTATIONS } from '../../core/compression/representation.ts';
import { setting } from '../components/format.ts';
import type { Settings } from '../state/settings.svelte.ts';
import { settingsTexts } from '../texts/settings.ts';
import { DECODING_CONTROLS } from './decoding-controls.ts';

const KEYS = Object.keys(DECODING_CONTROLS) as (keyof typeof DECODING_CONTROLS)[];

/** Settings and the name of a model in words, one phrase each; the system prompt is shown on its own. */
export function describeSettings(settings: Partial<Settings>, model: string | null): string[] {
  const { representation, tagger, keptTags, exchanges, bestOf, budget, overflow, newestWhole, keepNegations, seed } =
    settings;
  const { changed, decoding, overflows } = settingsTexts;
  const decoded = KEYS.map((key) => {
    const value = settings[key];
    return value !== undefined && changed.decoding(decoding[key].label, setting(value));
  });
  return [
    representation && changed.compression(REPRESENTATIONS[representation].name),
    tagger && changed.tagger(tagger),
    keptTags && changed.keeps(keptTags.join(', ')),
    ...decoded,
    bestOf !== undefined && changed.bestOf(bestOf),
    exchanges !== undefined && changed.exchanges(exchanges),
    budget != null && changed.budget(budget),
    overflow && changed.overflow(overflows[overflow].name),
    newestWhole !== undefined && (newestWhole ? changed.newestWhole : changed.newestShortened),
    keepNegations !== undefined && (keepNegations ? changed.negationsKept : changed.negationsDropped),
    seed !== undefined && changed.seed(String(seed)),
    model !== null && changed.model(model),
  ].filter((phrase) => typeof phrase === 'string');
}
