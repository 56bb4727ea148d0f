import { nextTask } from '../async/next-task.ts';
import { isBlank } from '../context/build.ts';
import type { Utterance } from '../dataset/dialogue.ts';
import { LabError, throwIfCancelled } from '../error.ts';
import { dialogueSequence, type ExampleOptions } from './example.ts';
import { cut, labelCount, type Sequence } from './sequence.ts';

/** A dialogue to learn from; `id` names it in messages. */
export interface TrainingDialogue {
  id: string;
  utterances: Utterance[];
}

/** What becomes of dialogues that are longer than a sequence may be. */
export const OVERFLOWS = ['truncate', 'drop'] as const;

export interface PrepareOptions extends ExampleOptions {
  /** Tokens that a sequence may have. */
  maxTokens: number;
  overflow: (typeof OVERFLOWS)[number];
  /** What the chat template is called in errors. */
  template: string;
  /** Called after each dialogue. */
  onDialogue?: (() => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** What became of the dialogues of one part. */
export interface PartCounts {
  dialogues: number;
  sequences: number;
  tokens: number;
  labels: number;
  /** Dialogues without a supporter turn that can be learnt. */
  nothingToLearn: number;
  /**
   * Dialogues whose first words are the supporter's and are left out, because the chat template begins with the user.
   */
  openings: number;
  /** Dialogues longer than maxTokens, and the tokens and labels that were cut off or left out with them. */
  tooLong: number;
  tokensLost: number;
  labelsLost: number;
}

export interface Part {
  sequences: Sequence[];
  counts: PartCounts;
}

/** Dialogues between two rests, in which cancellation is heard. */
const AT_ONCE = 50;

/**
 * Turns dialogues into sequences of tokens and counts what was cut or left out.
 * @throws {LabError} `cancelled`; what `dialogueSequence` and the chat template throw, with the dialogue and the
 * template named.
 */
export async function prepareDialogues(dialogues: readonly TrainingDialogue[], options: PrepareOptions): Promise<Part> {
  const { tokenizer, template, onDialogue, signal } = options;
  const made: (Sequence | null)[] = [];
  for (const { id, utterances } of dialogues) {
    try {
      made.push(dialogueSequence(id, utterances, options));
    } catch (error) {
      throw ofDialogue(error, id, template);
    }
    onDialogue?.();
    if (made.length % AT_ONCE === 0) await nextTask();
    throwIfCancelled(signal);
  }
  const openings = tokenizer.needs().opening
    ? 0
    : dialogues.filter(({ utterances }) => opener(utterances) === 'supporter').length;
  return limitLength(made, openings, options);
}

/**
 * @param where what the dialogues came from.
 * @throws {LabError} `bad-data` for a part without a sequence.
 */
export function requireSequences({ sequences }: Part, maxTokens: number, where?: string): void {
  if (sequences.length > 0) return;
  throw new LabError({
    code: 'bad-data',
    ...(where !== undefined && { where }),
    what: `No dialogue is left: none has a supporter's words within its first ${maxTokens} tokens.`,
    todo: 'Raise maxTokens, or give dialogues with supporter turns.',
  });
}

/** Names the dialogue and the template: neither is wrong by itself. */
function ofDialogue(error: unknown, id: string, template: string): LabError {
  const { detail } = LabError.from(error, { code: 'bad-data', what: 'It cannot be made into a training example' });
  const todo = detail.todo ?? 'Use another chat template (data.template), or leave the dialogue out.';
  return new LabError({ ...detail, where: `${id}, with ${template}`, todo }, { cause: error });
}

function opener(utterances: readonly Utterance[]): string | undefined {
  return utterances.find(({ text }) => !isBlank(text))?.speaker;
}

function limitLength(
  made: readonly (Sequence | null)[],
  openings: number,
  { maxTokens, overflow }: Pick<PrepareOptions, 'maxTokens' | 'overflow'>,
): Part {
  const counts: PartCounts = {
    dialogues: made.length,
    sequences: 0,
    tokens: 0,
    labels: 0,
    nothingToLearn: 0,
    openings,
    tooLong: 0,
    tokensLost: 0,
    labelsLost: 0,
  };
  const sequences: Sequence[] = [];
  for (const whole of made) {
    const long = whole !== null && whole.ids.length > maxTokens;
    const kept = long ? (overflow === 'truncate' ? cut(whole, maxTokens) : null) : whole;
    const labels = kept ? labelCount(kept) : 0;
    if (!whole) counts.nothingToLearn++;
    if (long) {
      counts.tooLong++;
      counts.tokensLost += whole.ids.length - (kept?.ids.length ?? 0);
      counts.labelsLost += labelCount(whole) - labels;
    }
    if (!kept || labels === 0) continue;
    sequences.push(kept);
    counts.sequences++;
    counts.tokens += kept.ids.length;
    counts.labels += labels;
  }
  return { sequences, counts };
}
