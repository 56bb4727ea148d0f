import type { Dialogue } from '../../src/core/dataset/dialogue.ts';

/** Number of opening words of a supporter turn that are compared across the corpus. */
const OPENING = 4;
/** Length of word sequences that two dialogues must not share. */
const SHARED = 8;

/** Word sequences that any conversation may contain. */
const COURTESIES: readonly string[] = [];

export interface Variety {
  supporterTurns: number;
  /** Openings of four words by their number of turns, the most frequent first. */
  openings: [opening: string, turns: number][];
  /** Sequences of eight words that the supporters of two dialogues share, with the indices of the dialogues. */
  shared: { words: string; first: number; second: number }[];
}

/** Counts repetitions in the supporters' turns. */
export function varietyOf(dialogues: readonly Dialogue[]): Variety {
  const openings = new Map<string, number>();
  const seen = new Map<string, number>();
  const shared: Variety['shared'] = [];
  let supporterTurns = 0;
  dialogues.forEach(({ utterances }, dialogue) => {
    for (const { speaker, text } of utterances) {
      if (speaker !== 'supporter') continue;
      supporterTurns++;
      const words = wordsOf(text);
      const opening = words.slice(0, OPENING).join(' ');
      openings.set(opening, (openings.get(opening) ?? 0) + 1);
      for (let i = 0; i + SHARED <= words.length; i++) {
        const run = words.slice(i, i + SHARED).join(' ');
        const first = seen.get(run);
        if (first === undefined) seen.set(run, dialogue);
        else if (first !== dialogue && !COURTESIES.includes(run)) shared.push({ words: run, first, second: dialogue });
      }
    }
  });
  return { supporterTurns, openings: [...openings].sort(([, a], [, b]) => b - a), shared };
}

/** Words in lower case, without punctuation. */
const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .replaceAll('’', "'")
    .match(/[\p{L}\p{N}']+/gu) ?? [];
