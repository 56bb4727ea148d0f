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

/** What to do with dialogues that are longer than the limit. */
export const OVERFLOWS = ['truncate', 'drop'] as const;

export interface PrepareOptions extends ExampleOptions {
  /** Maximum length of a sequence in tokens. */
  maxTokens: number;
  overflow: (typeof OVERFLOWS)[number];
  /** The chat template's name in errors. */
  template: string;
  /** Called after each dialogue. */
  onDialogue?: (() => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Counts of one part's dialogues. */
export interface PartCounts {
  dialogues: number;
  sequences: number;
  tokens: number;
  labels: number;
  /** Dialogues without a learnable supporter turn. */
  nothingToLearn: number;
  /** Dialogues whose opening by the supporter is left out, because the chat template requires the user to begin. */
  openings: number;
  /** Dialogues longer than maxTokens, and the tokens and labels truncated or dropped with them. */
  tooLong: number;
  tokensLost: number;
  labelsLost: number;
}

export interface Part {
  sequences: Sequence[];
  counts: PartCounts;
}

/** Number of dialogues between pauses, in which a cancellation can arrive. */
const AT_ONCE = 50;

/**
 * Turns dialogues into token sequences and counts what was truncated or dropped.
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
 * @param where the source of the dialogues.
 * @throws {LabError} `bad-data` for a part without a sequence.
 */
export function requireSequences({ sequences }: Part, maxTokens: number, where?: string): void {
  if (sequences.length > 0) return;
  throw new LabError({
    code: 'bad-data',
    ...(where !== undefined && { where }),
    what: `No dialogue is left: none has supporter tokens within its first ${maxTokens} tokens.`,
    todo: 'Raise maxTokens, or give dialogues with supporter turns.',
  });
}

/** Names both the dialogue and the template, because neither is wrong by itself. */
function ofDialogue(error: unknown, id: string, template: string): LabError {
  const { detail } = LabError.from(error, { code: 'bad-data', what: 'It cannot be turned into a training example' });
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
