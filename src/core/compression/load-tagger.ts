import type { Tagger, TaggerId } from './representation.ts';

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
