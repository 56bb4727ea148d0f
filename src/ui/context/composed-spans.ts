import { joinKept } from '../../core/compression/segment.ts';
import type { TokenSpan } from '../../core/compression/representation.ts';

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
