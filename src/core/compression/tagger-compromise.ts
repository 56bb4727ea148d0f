import nlp from 'compromise/two';
import { tagInChunks } from './chunks.ts';
import { correctTags } from './keypos-rules.ts';
import type { TaggedToken, Tagger, Upos } from './representation.ts';
import { APOSTROPHES, segment } from './segment.ts';
import { TAGGERS } from './taggers.ts';

/** The fields read from a compromise term. Of a contraction, the first term has the text, the others are empty. */
interface Term {
  text: string;
  tags?: Set<string>;
}

/**
 * compromise's tags by priority; the first that a term has decides its universal tag. The closed classes that
 * compromise lumps together are distinguished by word first (`CLOSED`).
 */
const BY_TAG: readonly [tag: string, upos: Upos][] = [
  ['Url', 'PROPN'],
  ['Email', 'PROPN'],
  ['AtMention', 'PROPN'],
  ['HashTag', 'PROPN'],
  ['Emoji', 'SYM'],
  ['Emoticon', 'SYM'],
  ['Copula', 'AUX'],
  ['Modal', 'AUX'],
  ['Auxiliary', 'AUX'],
  ['Negative', 'PART'],
  ['Pronoun', 'PRON'],
  ['ProperNoun', 'PROPN'],
  ['Value', 'NUM'],
  ['Verb', 'VERB'],
  ['Noun', 'NOUN'],
  ['Adjective', 'ADJ'],
  ['Adverb', 'ADV'],
  ['Preposition', 'ADP'],
  ['Conjunction', 'CCONJ'],
  ['Determiner', 'DET'],
  ['QuestionWord', 'PRON'],
  ['Expression', 'INTJ'],
  ['There', 'PRON'],
];

/** Closed-class words whose universal tag hardly depends on the sentence. */
const CLOSED = new Map<string, Upos>(
  Object.entries({
    CCONJ: 'and or but nor & plus',
    SCONJ: 'if because while although though unless whether since than',
    DET: 'the a an every each any some no another this these those all both',
    PRON:
      'my your his her its our their who what whose whom something anything nothing everything someone anyone ' +
      'everyone that',
    ADJ: 'several such much many',
    NOUN: 'today tomorrow yesterday tonight',
    ADV: 'when where why how here never now so even yet however else also too ago',
    ADP:
      'of in on at by for with from into about over under through between against during without up out off down as ' +
      'like before after to',
    PART: 'not',
    INTJ: 'please yes yeah hi hello oh',
    AUX: 'has have had do does did be been being is are was were am',
  }).flatMap(([tag, list]) => list.split(' ').map((word) => [word, tag as Upos] as const)),
);

const OTHER_APOSTROPHES = new RegExp(`[${APOSTROPHES}]`, 'gu');

/** Builds the compromise tagger. The library is in this module's own chunk. */
export function createCompromiseTagger(): Tagger {
  function tagChunk(chunk: string): TaggedToken[] {
    const text = chunk.replace(OTHER_APOSTROPHES, "'");
    const found: TaggedToken[] = [];
    let from = 0;
    for (const term of (nlp(text).docs as Term[][]).flat()) {
      const start = term.text === '' ? -1 : text.indexOf(term.text, from);
      if (start < 0) continue;
      const end = start + term.text.length;
      found.push({ start, end, tag: universal(term) });
      from = end;
    }
    return withMarks(text, found);
  }

  return { ...TAGGERS.compromise, id: 'compromise', tag: (text) => correctTags(text, tagInChunks(text, tagChunk)) };
}

function universal({ text, tags }: Term): Upos {
  return (
    CLOSED.get(text.toLowerCase()) ?? BY_TAG.find(([tag]) => tags?.has(tag))?.[1] ?? (/\d/.test(text) ? 'NUM' : 'X')
  );
}

/** compromise keeps punctuation outside its terms; here it becomes tokens, too. */
function withMarks(text: string, terms: readonly TaggedToken[]): TaggedToken[] {
  const tokens: TaggedToken[] = [];
  let from = 0;
  const marks = (to: number) => {
    for (const { start, end } of segment(text.slice(from, to))) {
      const mark = text.slice(from + start, from + end);
      const tag = /^\p{P}/u.test(mark) ? 'PUNCT' : /^[\p{S}\p{Extended_Pictographic}]/u.test(mark) ? 'SYM' : 'X';
      tokens.push({ start: from + start, end: from + end, tag });
    }
  };
  for (const term of terms) {
    marks(term.start);
    tokens.push(term);
    from = term.end;
  }
  marks(text.length);
  return tokens;
}
