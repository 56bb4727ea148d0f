import type { Dialogue } from '../dataset/dialogue.ts';
import { supporterTurns } from '../evaluation/turns.ts';

/** What a dataset says of a supporter's turn. */
export interface TurnLabels {
  /** Index of the turn's first utterance. */
  turn: number;
  /** The original reply. */
  reference: string;
  /** The strategies of its utterances, each once. */
  strategies: string[];
}

/** What a dataset says of a dialogue, without the conversation itself. */
export interface DialogueLabels {
  dialogue: string;
  scene: string | null;
  turns: TurnLabels[];
}

/**
 * A run's name of a dialogue as datasets name it now: runs of version 0.1.0 say in which line or record of a file it
 * is, such as `esconv.jsonl line 12`.
 */
export function currentName(name: string): string {
  const [, number] = / (?:line|record) (\d+)$/.exec(name) ?? [];
  return number === undefined ? name : `dialogue ${number}`;
}

/** The dialogue that a run names, if it is there. */
export function dialogueNamed<Named extends { id: string }>(
  dialogues: readonly Named[],
  name: string,
): Named | undefined {
  const current = currentName(name);
  return dialogues.find(({ id }) => id === name) ?? dialogues.find(({ id }) => id === current);
}

/** The labels of a dialogue under a run's name. */
export function labelsOf(dialogue: Dialogue, name = dialogue.id): DialogueLabels {
  return {
    dialogue: name,
    scene: dialogue.scene ?? null,
    turns: supporterTurns(dialogue).map(({ turn, reference }) => ({
      turn,
      reference,
      strategies: strategiesFrom(dialogue, turn),
    })),
  };
}

function strategiesFrom({ utterances }: Dialogue, turn: number): string[] {
  const after = utterances.slice(turn);
  const end = after.findIndex(({ speaker, text }) => speaker === 'seeker' && text.trim() !== '');
  const own = end < 0 ? after : after.slice(0, end);
  return [...new Set(own.flatMap(({ strategy }) => strategy ?? []))];
}
