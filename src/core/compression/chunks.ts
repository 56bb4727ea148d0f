import type { TaggedToken } from './representation.ts';

/** Characters a tagger sees at once; far above any utterance. */
const CHUNK = 4000;
/** Longest run without white space; taggers take quadratic time in it. */
const RUN = 200;

/**
 * Runs `tagChunk` on pieces of a text that end at white space, so that time stays linear in the length, and shifts the
 * offsets back. A run of more than 200 characters without white space is cut into pieces of its own.
 */
export function tagInChunks(text: string, tagChunk: (chunk: string) => TaggedToken[]): TaggedToken[] {
  const tokens: TaggedToken[] = [];
  for (const { start, end } of chunks(text)) {
    for (const token of tagChunk(text.slice(start, end))) {
      tokens.push({ start: token.start + start, end: token.end + start, tag: token.tag });
    }
  }
  return tokens;
}

function* chunks(text: string): Generator<{ start: number; end: number }> {
  let start = 0;
  let end = 0;
  for (const run of text.matchAll(/\S+/gu)) {
    const runEnd = run.index + run[0].length;
    if (run[0].length > RUN) {
      if (end > start) yield { start, end };
      for (let at = run.index; at < runEnd; at = end) {
        end = wholeCharacter(text, Math.min(at + RUN, runEnd));
        yield { start: at, end };
      }
      start = end;
    } else if (runEnd - start > CHUNK) {
      if (end > start) yield { start, end };
      start = run.index;
      end = runEnd;
    } else end = runEnd;
  }
  if (end > start) yield { start, end };
}

/** Moves a cut between the halves of a surrogate pair to the end of the pair. */
function wholeCharacter(text: string, at: number): number {
  return /[\uD800-\uDBFF]/.test(text[at - 1] ?? '') && /[\uDC00-\uDFFF]/.test(text[at] ?? '') ? at + 1 : at;
}
