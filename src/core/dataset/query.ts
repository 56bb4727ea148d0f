import type { Dialogue } from './dialogue.ts';
import { hasWords, queryWords } from './word-search.ts';

/** Selects dialogues of a dataset; absent fields allow all. */
export interface DialogueQuery {
  /** Every word must occur in the dialogue's texts or fields, ignoring case and diacritics. */
  words?: string | undefined;
  scene?: string | undefined;
  emotion?: string | undefined;
  /** At least one utterance must have it. */
  strategy?: string | undefined;
}

/** The dialogues that match a query, in order. */
export function findDialogues(
  dialogues: readonly Dialogue[],
  { words = '', scene, emotion, strategy }: DialogueQuery,
): Dialogue[] {
  const wanted = queryWords(words);
  return dialogues.filter(
    (dialogue) =>
      (scene === undefined || dialogue.scene === scene) &&
      (emotion === undefined || dialogue.emotion === emotion) &&
      (strategy === undefined || dialogue.utterances.some((utterance) => utterance.strategy === strategy)) &&
      hasWords(textsOf(dialogue), wanted),
  );
}

function* textsOf({ id, scene = '', emotion = '', situation = '', utterances }: Dialogue): Generator<string> {
  yield* [id, scene, emotion, situation];
  for (const { text } of utterances) yield text;
}
