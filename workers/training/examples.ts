import { loadRepresentation } from '../../src/core/compression/load.ts';
import type { Checkpoint } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { chatTokenizerOf } from '../../src/core/tokenizer/chat-tokenizer.ts';
import { prepareDialogues, requireSequences, type PrepareOptions } from '../../src/core/training/prepare.ts';
import type { Sequence } from '../../src/core/training/sequence.ts';
import type { TrainingExamples } from './api.ts';

export interface PreparedExamples {
  sequences: Sequence[];
  heldOut: Sequence[];
  skipped: number;
  truncated: number;
}

/**
 * The sequences of a task.
 * @param now what templates print as today's date.
 * @throws {LabError} `bad-data` when nothing is left of the dialogues.
 */
export async function prepareExamples(
  examples: TrainingExamples,
  checkpoint: Checkpoint | undefined,
  now: Date,
  signal: AbortSignal,
): Promise<PreparedExamples> {
  if (examples.kind === 'sequences') {
    const { sequences, heldOut } = examples;
    return { sequences, heldOut, skipped: 0, truncated: 0 };
  }
  const { dialogues, heldOut, representation, labels, system, maxTokens } = examples;
  const { compress } = await loadRepresentation(representation);
  const name = checkpoint?.name ?? 'The model';
  const options: PrepareOptions = {
    tokenizer: chatTokenizerOf(checkpoint?.files ?? new Map<string, string>(), name),
    endIds: checkpoint?.config.eosTokenIds ?? [],
    now,
    compress: (text) => compress(text).text,
    labels,
    system,
    maxTokens,
    overflow: 'truncate',
    template: `the chat template of ${name}`,
    signal,
  };
  const learnt = await prepareDialogues(dialogues, options);
  requireSequences(learnt, maxTokens);
  const held = await prepareDialogues(heldOut, options);
  if (heldOut.length > 0) requireSequences(held, maxTokens, 'The held-out dialogues');
  const { sequences, counts } = learnt;
  return {
    sequences,
    heldOut: held.sequences,
    skipped: counts.dialogues - counts.sequences,
    truncated: counts.tooLong,
  };
}
