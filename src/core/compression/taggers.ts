import type { Tagger, TaggerId } from './representation.ts';

/**
 * What is known of each tagger before it is loaded. `keepAccuracy` is measured by accuracy.test.ts on UD English-EWT
 * dev, which fails when a figure here differs from the measured one in the third decimal.
 */
export const TAGGERS: Record<TaggerId, Pick<Tagger, 'name' | 'keepAccuracy'>> = {
  wink: { name: 'wink-nlp', keepAccuracy: 0.988 },
  compromise: { name: 'compromise', keepAccuracy: 0.984 },
};

const LOADERS: Record<TaggerId, () => Promise<Tagger>> = {
  wink: async () => (await import('./tagger-wink.ts')).createWinkTagger(),
  compromise: async () => (await import('./tagger-compromise.ts')).createCompromiseTagger(),
};

const loaded = new Map<TaggerId, Promise<Tagger>>();

/** Loads a tagger's code on first use and keeps it; a failed load is tried again by the next call. */
export function loadTagger(id: TaggerId): Promise<Tagger> {
  const known = loaded.get(id);
  if (known) return known;
  const loading = LOADERS[id]();
  loaded.set(id, loading);
  loading.catch(() => loaded.delete(id));
  return loading;
}
