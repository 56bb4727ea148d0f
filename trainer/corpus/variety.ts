import type { Dialogue } from '../../src/core/dataset/dialogue.ts';

/** Words that open a supporter's turn, compared across the corpus. */
const OPENING = 4;
/** Words in a row that two dialogues must not share. */
const SHARED = 8;

/** Runs of words that any conversation may hold. */
const COURTESIES: readonly string[] = [];

export interface Variety {
  supporterTurns: number;
  /** Openings of four words by their number of turns, the most frequent first. */
  openings: [opening: string, turns: number][];
  /** Runs of eight words that the supporters of two dialogues share, with the dialogues' places in the list. */
  shared: { words: string; first: number; second: number }[];
}

/** Counts what repeats in the supporters' turns. */
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

/** Words without case and marks. */
const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .replaceAll('’', "'")
    .match(/[\p{L}\p{N}']+/gu) ?? [];
