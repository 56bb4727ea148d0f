import type { Utterance } from '../../dataset/dialogue.ts';
import type { Representation } from '../representation.ts';
import type { HistoryMethod } from './history.ts';

/** The last `k` utterances. */
export function lastUtterances(k: number): HistoryMethod {
  return keeping(`last-${k}`, `Last ${k}`, `The last ${k} utterances.`, (i, length) => i >= length - Math.max(1, k));
}

/**
 * The first and the last utterances: the first ones anchor attention, as in StreamingLLM's sinks (Xiao et al. 2024,
 * arXiv:2309.17453), there for tokens and here for utterances.
 */
export function firstAndLast(first: number, last: number): HistoryMethod {
  return keeping(`first-${first}-last-${last}`, `First ${first} and last ${last}`, `The first ${first} and the last ${last} utterances.`,
    (i, length) => i < first || i >= length - Math.max(1, last));
}

/** Every utterance under a representation, but the newest. */
export function everyUtterance({ id, name, summary, compress }: Representation): HistoryMethod {
  return {
    id,
    name,
    summary,
    compact: async (utterances) => ({ sent: utterances.map(({ text }, i) => (i === utterances.length - 1 ? text : compress(text).text)) }),
  };
}

function keeping(id: string, name: string, summary: string, keeps: (index: number, length: number) => boolean): HistoryMethod {
  return {
    id,
    name,
    summary,
    compact: async (utterances: readonly Utterance[]) => ({ sent: utterances.map(({ text }, i) => (keeps(i, utterances.length) ? text : null)) }),
  };
}
