import { createKeyPos } from './keypos.ts';
import { onlyEnglish } from './language.ts';
import { keepingNegations } from './negation.ts';
import { NO_STOPWORDS } from './nostopwords.ts';
import type { RepresentationOptions } from './options.ts';
import { RAW } from './raw.ts';
import { KEY_UPOS, type Representation, type RepresentationId } from './representation.ts';
import { loadTagger } from './load-tagger.ts';

const LOADERS: Record<RepresentationId, (options: RepresentationOptions) => Promise<Representation>> = {
  raw: async () => RAW,
  nostopwords: async () => onlyEnglish(NO_STOPWORDS),
  keypos: async ({ tagger = 'wink', keep }) =>
    onlyEnglish(createKeyPos({ tagger: await loadTagger(tagger), keep: new Set(keep ?? KEY_UPOS) })),
};

/** A compression ready to use; only KeyPOS loads a tagger. Texts in languages other than English stay as written. */
export async function loadRepresentation(
  id: RepresentationId,
  options: RepresentationOptions = {},
): Promise<Representation> {
  const representation = await LOADERS[id](options);
  return options.negations ? keepingNegations(representation) : representation;
}
