import { KEY_UPOS, type Representation, type Tagger, type TokenSpan, type Upos } from './representation.ts';
import { joinKept, segment } from './segment.ts';

/**
 * Keeps the words whose part of speech is in `keep`. Text that the tagger leaves untagged counts as X.
 *
 * ```ts
 * const keypos = createKeyPos({ tagger: await loadTagger('wink') });
 * keypos.compress('I am so sad today.').text; // 'I so sad today'
 * ```
 */
export function createKeyPos({
  tagger,
  keep = new Set(KEY_UPOS),
}: {
  tagger: Tagger;
  keep?: ReadonlySet<Upos>;
}): Representation {
  return {
    id: 'keypos',
    compress(text) {
      const spans: TokenSpan[] = [];
      let from = 0;
      for (const token of tagger.tag(text)) {
        fillGap(text, from, token.start, keep, spans);
        const { start, end, tag } = token;
        spans.push({ start, end, tag, keep: keep.has(tag) });
        from = end;
      }
      fillGap(text, from, text.length, keep, spans);
      return { text: joinKept(text, spans), spans };
    },
  };
}

function fillGap(text: string, from: number, to: number, keep: ReadonlySet<Upos>, spans: TokenSpan[]): void {
  if (isBlank(text, from, to)) return;
  for (const { start, end } of segment(text.slice(from, to))) {
    spans.push({ start: from + start, end: from + end, keep: keep.has('X'), tag: 'X' });
  }
}

const SPACE = 32;

/** Whether there are only spaces between two offsets, as between most words. */
function isBlank(text: string, from: number, to: number): boolean {
  let at = from;
  while (at < to && text.charCodeAt(at) === SPACE) at++;
  return at >= to;
}
