import { KEY_UPOS, type Tagger, type Upos } from './representation.ts';

/** A sentence with gold tokens `[start, end, UPOS, keep]`; offsets are UTF-16, `keep` is 0 or 1. */
export interface GoldSentence {
  text: string;
  tok: [start: number, end: number, tag: Upos, keep: 0 | 1][];
}

const KEPT: ReadonlySet<Upos> = new Set(KEY_UPOS);

/** Punctuation, symbols and foreign words, which KeyPOS does not decide on. */
const LEFT_OUT = new Set<Upos>(['PUNCT', 'SYM', 'X']);

/**
 * Share of gold tokens whose keep/drop decision the tagger gets right, and how many were judged.
 *
 * The tagger sees the raw sentence and tokenises it itself. A gold token takes the decision of the tagger's token that
 * shares most characters with it (the earlier one on a tie); without one it counts as dropped. Gold tokens with PUNCT,
 * SYM or X are left out.
 */
export function keepAccuracy(tagger: Tagger, gold: readonly GoldSentence[]): { accuracy: number; tokens: number } {
  let tokens = 0;
  let right = 0;
  for (const sentence of gold) {
    const found = tagger.tag(sentence.text);
    for (const [start, end, tag, keep] of sentence.tok) {
      if (LEFT_OUT.has(tag)) continue;
      let decision = false;
      let widest = 0;
      for (const token of found) {
        const shared = Math.min(end, token.end) - Math.max(start, token.start);
        if (shared > widest) [widest, decision] = [shared, KEPT.has(token.tag)];
      }
      tokens++;
      if (decision === (keep === 1)) right++;
    }
  }
  return { accuracy: tokens === 0 ? Number.NaN : right / tokens, tokens };
}
