import { LabError } from '../error.ts';

/**
 * A training sequence made from a dialogue. Replies may branch off: the tokens of a branch see the trunk before them
 * and their own branch; the trunk sees no branch. So one pass over a dialogue trains each reply on a context in which
 * the earlier turns are compressed, although each reply itself is learnt as written.
 */
export interface Sequence {
  /** Its source record, for messages. */
  id: string;
  ids: Int32Array;
  /** Position of each token in its own conversation; after a branch, the trunk continues from the branch's start. */
  positions: Int32Array;
  /** 0 for the trunk, n for the n-th branch. */
  branches: Int32Array;
  /** 1 for tokens to predict from the previous one. Never at index 0. */
  labelled: Uint8Array;
}

/** Several sequences packed into one pass; none sees another. */
export interface Batch {
  sequences: readonly Sequence[];
  tokens: number;
  labels: number;
}

export function batchOf(sequences: readonly Sequence[]): Batch {
  return {
    sequences,
    tokens: sequences.reduce((sum, { ids }) => sum + ids.length, 0),
    labels: sequences.reduce((sum, sequence) => sum + labelCount(sequence), 0),
  };
}

export function labelCount({ labelled }: Sequence): number {
  return labelled.reduce((sum, flag) => sum + flag, 0);
}

/** A sequence truncated to `length` tokens. */
export function cut(sequence: Sequence, length: number): Sequence {
  const { id, ids, positions, branches, labelled } = sequence;
  if (ids.length <= length) return sequence;
  return {
    id,
    ids: ids.subarray(0, length),
    positions: positions.subarray(0, length),
    branches: branches.subarray(0, length),
    labelled: labelled.subarray(0, length),
  };
}

/**
 * Groups sequences, in their order, into batches of at most `maxSequences` sequences and `maxTokens` tokens.
 * @throws {LabError} `bad-data` for a sequence that is longer than the limit of a batch.
 */
export function pack(sequences: readonly Sequence[], limits: { maxSequences: number; maxTokens: number }): Batch[] {
  const batches: Batch[] = [];
  let open: Sequence[] = [];
  let tokens = 0;
  const close = (): void => {
    if (open.length > 0) batches.push(batchOf(open));
    [open, tokens] = [[], 0];
  };
  for (const sequence of sequences) {
    const { length } = sequence.ids;
    if (length > limits.maxTokens) {
      throw new LabError({
        code: 'bad-data',
        where: sequence.id,
        what: `It has ${length} tokens; a batch holds ${limits.maxTokens}.`,
        todo: 'Raise maxTokens or prepare the data with a smaller limit.',
      });
    }
    if (open.length >= limits.maxSequences || tokens + length > limits.maxTokens) close();
    open.push(sequence);
    tokens += length;
  }
  close();
  return batches;
}
