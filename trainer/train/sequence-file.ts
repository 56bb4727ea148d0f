import type { Sequence } from '../../src/core/training/sequence.ts';

/** Sequences as JSON lines, for other programs. */
export function sequenceLines(sequences: readonly Sequence[]): string {
  return sequences.map((sequence) => `${JSON.stringify(plain(sequence))}\n`).join('');
}

function plain({ id, ids, positions, branches, labelled }: Sequence): Record<string, unknown> {
  return { id, ids: [...ids], positions: [...positions], branches: [...branches], labelled: [...labelled] };
}
