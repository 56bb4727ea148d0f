import type { Utterance } from '../../dataset/dialogue.ts';
import type { HistoryMethod, UtteranceCompressor } from './history.ts';

/** The last `k` utterances. */
export function lastUtterances(k: number): HistoryMethod {
  return keeping(`last-${k}`, `Last ${k}`, `The last ${k} utterances.`, (i, length) => i >= length - Math.max(1, k));
}

/**
 * The first and the last utterances: the first ones anchor attention, like StreamingLLM's attention sinks (Xiao et al.
 * 2024, arXiv:2309.17453), but for utterances instead of tokens.
 */
export function firstAndLast(first: number, last: number): HistoryMethod {
  return keeping(
    `first-${first}-last-${last}`,
    `First ${first} and last ${last}`,
    `The first ${first} and the last ${last} utterances.`,
    (i, length) => i < first || i >= length - Math.max(1, last),
  );
}

/** Every utterance compressed, except the newest. */
export function everyUtterance({ id, name, shorten }: UtteranceCompressor): HistoryMethod {
  return {
    // The compression with the same id also changes the newest.
    id: `every-${id}`,
    name: `${name}, newest whole`,
    summary: `Every utterance under ${name}; the newest as it was written.`,
    async compact(utterances, signal) {
      const old = await shorten(
        utterances.slice(0, -1).map(({ text }) => text),
        signal,
      );
      const newest = utterances.slice(-1);
      return {
        sent: [...old.map(({ text }) => text), ...newest.map(({ text }) => text)],
        spans: [...old.map(({ spans }) => spans), ...newest.map(() => null)],
      };
    },
  };
}

function keeping(
  id: string,
  name: string,
  summary: string,
  keeps: (index: number, length: number) => boolean,
): HistoryMethod {
  return {
    id,
    name,
    summary,
    compact: async (utterances: readonly Utterance[]) => ({
      sent: utterances.map(({ text }, i) => (keeps(i, utterances.length) ? text : null)),
    }),
  };
}
