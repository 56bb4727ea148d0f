import type { Compressed, TokenSpan } from '../compression/representation.ts';
import { joinKept } from '../compression/segment.ts';
import type { SeenUtterance } from './assemble.ts';

/** Which words of an utterance are in the text that is sent of it; none if the text is sent as it was written. */
export function sentSpans(
  written: string,
  seen: Pick<SeenUtterance, 'text' | 'shortened'>,
  compressed: Pick<Compressed, 'text' | 'spans'>,
): readonly TokenSpan[] {
  // What is sent as it was written has lost nothing.
  if (seen.text === null || seen.text === written.trim()) return [];
  if (!seen.shortened) return compressed.spans;
  const own = compressed.text === written ? [] : compressed.spans;
  return own.length === 0 ? seen.shortened : composedSpans(written, own, seen.shortened);
}

/**
 * Which words of a text stay if a compression keeps `spans` of it and something else keeps `then` of the compressed
 * text. A word stays if the second step keeps any part of it.
 */
export function composedSpans(text: string, spans: readonly TokenSpan[], then: readonly TokenSpan[]): TokenSpan[] {
  const kept = then.filter(({ keep }) => keep);
  const before: TokenSpan[] = [];
  return spans.map((span) => {
    if (!span.keep) return span;
    before.push(span);
    const end = joinKept(text, before).length;
    const start = end - (span.end - span.start);
    return { ...span, keep: kept.some((each) => each.start < end && each.end > start) };
  });
}
