import type { Compressed, Representation, TokenSpan } from './representation.ts';
import { joinKept, straightenApostrophes } from './segment.ts';

const NEGATIONS = new Set(
  (
    'no not nor never none nobody nothing nowhere neither without cannot nope nah ' +
    // Written without the apostrophe.
    'dont doesnt didnt isnt wasnt arent werent havent hasnt hadnt cant wont wouldnt couldnt shouldnt aint'
  ).split(' '),
);

/** Whether an English word reverses what is said: not, never, nothing, or the n't of don't. */
export function isNegation(word: string): boolean {
  const plain = straightenApostrophes(word.toLowerCase());
  return NEGATIONS.has(plain) || plain.endsWith("n't");
}

/** The spans of a text that are negations and were dropped. */
export const droppedNegations = (text: string, spans: readonly TokenSpan[]): TokenSpan[] =>
  spans.filter(({ start, end, keep }) => !keep && isNegation(text.slice(start, end)));

/**
 * The same compression, which keeps negations, and with a contracted one the word that it is part of: "do" of "don't".
 * It departs from the paper, whose compressions drop them.
 */
export function keepingNegations({ id, compress }: Representation): Representation {
  return {
    id,
    compress(text): Compressed {
      const compressed = compress(text);
      if (droppedNegations(text, compressed.spans).length === 0) return compressed;
      const spans = compressed.spans.map((span, i, all) => {
        const next = all[i + 1];
        const contracts = next?.start === span.end && isNegation(text.slice(next.start, next.end));
        return contracts || isNegation(text.slice(span.start, span.end)) ? { ...span, keep: true } : span;
      });
      return { ...compressed, text: joinKept(text, spans), spans };
    },
  };
}
