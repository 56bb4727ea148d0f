import winkNLP from 'wink-nlp';
import model from 'wink-eng-lite-web-model';
import { tagInChunks } from './chunks.ts';
import { correctTags } from './keypos-rules.ts';
import type { TaggedToken, Tagger } from './representation.ts';
import { straightenApostrophes } from './segment.ts';
import { TAGGERS } from './taggers.ts';
import { asUpos } from './upos.ts';

/** Builds the wink-nlp tagger (about 0.1 s). The library and its English model are in this module's own chunk. */
export function createWinkTagger(): Tagger {
  const nlp = winkNLP(model, ['sbd', 'pos']);
  const { its } = nlp;
  // Wink's helpers are plain functions, whatever its types say.
  /* eslint-disable @typescript-eslint/unbound-method */
  const value = its.value;
  const pos = its.pos;
  /* eslint-enable @typescript-eslint/unbound-method */

  function tagChunk(chunk: string): TaggedToken[] {
    // Same length, so offsets stay valid; wink tags words with a straight apostrophe best.
    const text = straightenApostrophes(chunk);
    const tokens = nlp.readDoc(text).tokens();
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
