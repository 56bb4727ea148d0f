import winkNLP, { type Document, type WinkMethods } from 'wink-nlp';
import model from 'wink-eng-lite-web-model';
import { tagInChunks } from './chunks.ts';
import { correctTags } from './keypos-rules.ts';
import type { TaggedToken, Tagger } from './representation.ts';
import { straightenApostrophes } from './segment.ts';
import { TAGGERS } from './taggers.ts';
import { asUpos } from './upos.ts';

/** The words of wink's model, with their indices; wink adds each word that it does not know. */
interface Lexicon {
  list: readonly string[];
  hash: Record<string, number | undefined>;
}

/** After so many added words wink is built again, because it keeps some numbers for each, forgotten or not. */
const MOST_ADDED = 20_000;

/** Wink never splits these, whether it knows them or not. */
const NEVER_SPLIT = /^[A-Za-z][a-z]*$/;

/** Read once: each call of the model's own function quotes the text of the last one again, and the 21st call fails. */
const metaCER = (model.metaCER as () => unknown)();

function build(): { nlp: WinkMethods; lexicon: Lexicon; size: number } {
  const core = (model.core as () => { features: { lexeme: Lexicon } })();
  const lexicon = core.features.lexeme;
  const parts = { ...model, core: () => core, metaCER: () => metaCER };
  return { nlp: winkNLP(parts, ['sbd', 'pos']), lexicon, size: lexicon.list.length };
}

/**
 * Builds the wink-nlp tagger (about 0.1 s). The library and its English model are in this module's own chunk.
 *
 * Wink does not split a word that it has added: `son's mother` would be tagged in another way after `like my son's,`.
 * Therefore this forgets such words after each text, so that the same text always gets the same tags. It keeps plain
 * ones, because adding a word takes as long as tagging several that wink knows.
 */
export function createWinkTagger(): Tagger {
  let wink = build();
  const { its } = wink.nlp;
  // Wink's helpers are plain functions, whatever its types say.
  /* eslint-disable @typescript-eslint/unbound-method */
  const value = its.value;
  const pos = its.pos;
  /* eslint-enable @typescript-eslint/unbound-method */

  function readAlone(text: string): Document {
    if (wink.lexicon.list.length - wink.size > MOST_ADDED) wink = build();
    const { nlp, lexicon } = wink;
    const before = lexicon.list.length;
    const document = nlp.readDoc(text);
    for (const word of lexicon.list.slice(before)) if (!NEVER_SPLIT.test(word)) lexicon.hash[word] = undefined;
    return document;
  }

  function tagChunk(chunk: string): TaggedToken[] {
    // Same length, so offsets stay valid; wink tags words with a straight apostrophe best.
    const text = straightenApostrophes(chunk);
    const tokens = readAlone(text).tokens();
    const values = tokens.out(value);
    const tags = tokens.out(pos);
    const found: TaggedToken[] = [];
    let from = 0;
    values.forEach((word, index) => {
      const start = text.indexOf(word, from);
      if (start < 0 || word.trim() === '') return;
      found.push({ start, end: start + word.length, tag: asUpos(tags[index]) });
      from = start + word.length;
    });
    return found;
  }

  return { ...TAGGERS.wink, id: 'wink', tag: (text) => correctTags(text, tagInChunks(text, tagChunk)) };
}
