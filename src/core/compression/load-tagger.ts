import { LazyMap } from '../async/memoised.ts';
import type { Tagger, TaggerId } from './representation.ts';

const LOADERS: Record<TaggerId, () => Promise<Tagger>> = {
  wink: async () => (await import('./tagger-wink.ts')).createWinkTagger(),
  compromise: async () => (await import('./tagger-compromise.ts')).createCompromiseTagger(),
};

const loaded = new LazyMap<TaggerId, Tagger>();

/** Loads a tagger's code on first use and keeps it; the next call retries a failed load. */
export function loadTagger(id: TaggerId): Promise<Tagger> {
  return loaded.get(id, LOADERS[id]);
}
