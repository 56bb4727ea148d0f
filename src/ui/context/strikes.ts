import type { TokenSpan } from '../../core/compression/representation.ts';

/** A stretch of an utterance that was kept whole or dropped whole. */
export interface Stretch {
  text: string;
  dropped: boolean;
}

/**
 * Splits an utterance into stretches to print one after the other. White space between two dropped words is dropped
 * with them, so that a run of dropped words is one stretch. Together the stretches are the whole text, in order.
 */
export function strikes(text: string, spans: readonly TokenSpan[]): Stretch[] {
  const stretches: Stretch[] = [];
  let from = 0;
  let pending = '';
  const add = (piece: string, dropped: boolean) => {
    if (!piece) return;
    const last = stretches.at(-1);
    if (last?.dropped === dropped) last.text += piece;
    else stretches.push({ text: piece, dropped });
  };
  for (const span of spans) {
    pending += text.slice(from, span.start);
    const joins = !span.keep && stretches.at(-1)?.dropped === true && pending.trim() === '';
    add(pending, joins);
    pending = '';
    add(text.slice(span.start, span.end), !span.keep);
    from = span.end;
  }
  add(text.slice(from), false);
  return stretches;
}
