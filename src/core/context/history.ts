import type { Utterance } from '../dataset/dialogue.ts';
import type { Compacted } from '../compression/history/history.ts';
import { buildContext, type BuiltContext } from './build.ts';

/** Comes before a summary, so that the model takes it for notes and not for an instruction. */
export const SUMMARY_HEAD = 'Notes on what was said before:';

/**
 * A conversation that was made shorter as chat messages. Its summary, where there is one, ends the system message;
 * `sources` are indices of `utterances` as they were before.
 */
export function historyContext(
  utterances: readonly Pick<Utterance, 'speaker' | 'text'>[],
  { sent, summary }: Compacted,
  system = '',
): BuiltContext {
  const kept = utterances.flatMap((utterance, index) => {
    const text = sent[index] ?? null;
    return text === null ? [] : [{ utterance, text, index }];
  });
  const notes = summary === undefined ? '' : `${SUMMARY_HEAD} ${summary}`;
  const { messages, sources } = buildContext({
    system: [system.trim(), notes].filter((text) => text !== '').join('\n\n'),
    utterances: kept.map(({ utterance }) => utterance),
    sent: kept.map(({ text }) => text),
  });
  return { messages, sources: sources.map((places) => places.flatMap((place) => kept[place]?.index ?? [])) };
}
