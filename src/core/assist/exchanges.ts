import type { Dialogue, Utterance } from '../dataset/dialogue.ts';
import { countWords } from '../dataset/statistics.ts';
import { supporterTurns } from '../evaluation/turns.ts';

/** What a seeker wrote in a dialogue of the corpus, and the supporter's reply to it. */
export interface Exchange {
  dialogue: string;
  /** Index of the reply's first utterance. */
  turn: number;
  seeker: string;
  supporter: string;
}

/** The dataset whose exchanges are looked up: what the lab's models were trained on, never what they are tested on. */
export const EXCHANGES_DATASET = 'solace-train';
/** The file with their embeddings, in the folder of the dialogues. */
export const EXCHANGES_FILE = 'solace-exchanges.bin';

/** Shorter messages ("yeah") resemble each other whatever they are about. */
const FEWEST_WORDS = 6;
/** Older messages of a seeker are looked up with the newest one until there are this many words. */
const QUERY_WORDS = 12;

/** The exchanges of a dataset in which the seeker says enough to be found. */
export function exchangesOf(dialogues: readonly Dialogue[]): Exchange[] {
  return dialogues.flatMap((dialogue) =>
    supporterTurns(dialogue).flatMap(({ turn, before, reference }) => {
      const first = before.findLastIndex(({ speaker, text }) => speaker === 'supporter' && text.trim() !== '') + 1;
      const seeker = joined(before.slice(first));
      return countWords(seeker) < FEWEST_WORDS ? [] : [{ dialogue: dialogue.id, turn, seeker, supporter: reference }];
    }),
  );
}

/** The text by which similar exchanges are looked up: the seeker's newest message, and older ones if it is short. */
export function queryOf(utterances: readonly Pick<Utterance, 'speaker' | 'text'>[]): string {
  const said: string[] = [];
  for (const { speaker, text } of [...utterances].reverse()) {
    if (speaker !== 'seeker') continue;
    said.unshift(text.trim());
    if (countWords(said.join(' ')) >= QUERY_WORDS) break;
  }
  return said.join(' ');
}

const joined = (utterances: readonly Utterance[]): string =>
  utterances
    .map(({ text }) => text.trim())
    .filter(Boolean)
    .join(' ');
