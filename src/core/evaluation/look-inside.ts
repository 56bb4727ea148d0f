import { at } from '../at.ts';
import { joinKept } from '../compression/segment.ts';
import type { Compressed, TokenSpan } from '../compression/representation.ts';
import type { ChatMessage } from '../context/message.ts';
import { messagesWith, type SentConversation } from '../context/replace.ts';
import { sentSpans } from '../context/sent-spans.ts';
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
export function droppedWords(conversation: SentConversation & { compressed: readonly Compressed[] }): DroppedWord[] {
  const { sources, utterances, written, compressed } = conversation;
  return [...written.keys()].toReversed().flatMap((i) => {
    const { text } = at(written, i);
    const spans = sentSpans(text, at(utterances, i), at(compressed, i));
    if (!sources.some((indices) => indices.includes(i))) return [];
    return spans.flatMap((span, index): DroppedWord[] => {
      const word = text.slice(span.start, span.end);
      if (span.keep || !WORD.test(word)) return [];
      return [{ word, messages: messagesWith(conversation, i, joinKept(text, keeping(spans, index))) }];
    });
  });
}

const keeping = (spans: readonly TokenSpan[], index: number): TokenSpan[] =>
  spans.map((span, i) => (i === index ? { ...span, keep: true } : span));
