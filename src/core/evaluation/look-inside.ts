import { joinKept } from '../compression/segment.ts';
import type { Compressed, TokenSpan } from '../compression/representation.ts';
import type { ChatMessage } from '../context/message.ts';
import type { Decoding, LikelyToken } from '../engine/engine.ts';
import { candidates } from '../engine/sampling.ts';

/** How many alternatives of a position are known: as many as the paper's top-k lets through. */
export const KNOWN_ALTERNATIVES = 50;

/** A token and how likely the settings would draw it. */
export interface Drawn {
  text: string;
  /** In 0..1; 0 where the settings put it aside. */
  p: number;
}

/**
 * What the known alternatives of a position become under decoding settings, in the order given. With a top-k of up to
 * `KNOWN_ALTERNATIVES` the values are exact; otherwise the rare rest is missing from them.
 */
export function redraw(
  top: readonly LikelyToken[],
  { temperature, topP, topK }: Pick<Decoding, 'temperature' | 'topP' | 'topK'>,
): Drawn[] {
  if (temperature === 0) return top.map(({ text }, i) => ({ text, p: i === 0 ? 1 : 0 }));
  const left = candidates(
    Float32Array.from(top, ({ logprob }) => logprob),
    { temperature, topP, topK },
  );
  const drawn = new Map(left.map(({ id, p }) => [id, p]));
  return top.map(({ text }, i) => ({ text, p: drawn.get(i) ?? 0 }));
}

/** A word that a compression dropped, and the context as it would have been with it. */
export interface DroppedWord {
  word: string;
  messages: ChatMessage[];
}

const WORD = /[\p{L}\p{N}]/u;

/**
 * The words that were dropped from a context, those of the newest utterances first, each with the context that keeps
 * it. Punctuation is left out, and so are utterances that did not enter the context.
 */
export function droppedWords(
  messages: readonly ChatMessage[],
  utterances: readonly { text: string }[],
  compressed: readonly Compressed[],
): DroppedWord[] {
  let end = messages.length - 1;
  return [...utterances.keys()].toReversed().flatMap((i) => {
    const { text, spans } = compressed[i] ?? { text: '', spans: [] };
    const original = utterances[i]?.text ?? '';
    const at = text === '' ? -1 : messages.findLastIndex(({ content }, m) => m <= end && content.includes(text));
    const message = messages[at];
    if (!message) return [];
    end = at;
    return spans.flatMap((span, index): DroppedWord[] => {
      const word = original.slice(span.start, span.end);
      if (span.keep || !WORD.test(word)) return [];
      const content = message.content.replace(text, () => joinKept(original, keeping(spans, index)));
      return [{ word, messages: messages.map((each, m) => (m === at ? { ...message, content } : each)) }];
    });
  });
}

const keeping = (spans: readonly TokenSpan[], index: number): TokenSpan[] =>
  spans.map((span, i) => (i === index ? { ...span, keep: true } : span));
