/** A stretch of a text: what it shares with another one, or what it adds to it. */
export interface MarkedStretch {
  text: string;
  added: boolean;
}

/** Larger tables of words are not filled; what lies between the common beginning and end counts as added. */
const MOST_CELLS = 4_000_000;

const PIECES = /[\p{L}\p{N}\p{M}'’]+|\s+|[^\s]/gu;
const isSpace = (piece: string): boolean => /^\s/u.test(piece);

/**
 * Marks what a text adds to `base`, word by word: whatever is not in their longest common subsequence. The stretches
 * together are the whole text. White space between two added words is added with them.
 */
export function markAdded(base: string, text: string): MarkedStretch[] {
  const pieces = text.match(PIECES) ?? [];
  const words = pieces.filter((piece) => !isSpace(piece));
  const shared = commonWords(
    (base.match(PIECES) ?? []).filter((piece) => !isSpace(piece)),
    words,
  );
  const stretches: MarkedStretch[] = [];
  const add = (piece: string, added: boolean) => {
    const last = stretches.at(-1);
    if (last?.added === added) last.text += piece;
    else stretches.push({ text: piece, added });
  };
  let next = 0;
  for (const piece of pieces) {
    if (!isSpace(piece)) add(piece, !shared[next++]);
    else add(piece, stretches.at(-1)?.added === true && next < words.length && !shared[next]);
  }
  return stretches;
}

/** Which words of `text` are in a longest common subsequence with `base`. */
function commonWords(base: readonly string[], text: readonly string[]): boolean[] {
  const shared = text.map(() => false);
  let start = 0;
  while (start < base.length && start < text.length && base[start] === text[start]) shared[start++] = true;
  let [endOfBase, end] = [base.length, text.length];
  while (endOfBase > start && end > start && base[endOfBase - 1] === text[end - 1]) {
    endOfBase--;
    shared[--end] = true;
  }
  const [a, b] = [base.slice(start, endOfBase), text.slice(start, end)];
  if (a.length === 0 || b.length === 0 || a.length * b.length > MOST_CELLS) return shared;
  // longest[i][j], flat: the length for a from i on and b from j on.
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const [below, beside] = [longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0];
      longest[i * width + j] = a[i] === b[j] ? (longest[(i + 1) * width + j + 1] ?? 0) + 1 : Math.max(below, beside);
    }
  }
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      shared[start + j] = true;
      i++;
      j++;
    } else if ((longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0)) i++;
    else j++;
  }
  return shared;
}
