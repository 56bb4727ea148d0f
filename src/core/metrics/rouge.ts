import { countNgrams, tokenIds } from './ngrams.ts';
import { porterStem } from './porter.ts';

/** Precision, recall and F1, each in 0..1. */
export type Prf = [precision: number, recall: number, f: number];

/**
 * Words of a text as rouge-score tokenizes it: lower-case runs of a-z and 0-9; with `stem`, words of more than three
 * letters are stemmed. Letters outside ASCII split words ("café" is "caf").
 *
 * Reference for this file: Lin (2004), "ROUGE: a package for automatic evaluation of summaries"; rouge-score 0.1.2.
 */
export function rougeTokenize(text: string, options: { stem?: boolean } = {}): string[] {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return options.stem ? words.map((word) => (word.length > 3 ? porterStem(word) : word)) : words;
}

/** ROUGE-1 to ROUGE-`maxOrder` of tokenized texts, as a list that starts with ROUGE-1. */
export function rougeN(hyp: readonly string[], ref: readonly string[], maxOrder: number): Prf[] {
  const statistics = countNgrams(hyp, ref, maxOrder);
  return statistics.matched.map((matched, n) => prf(matched, statistics.hyp[n] ?? 0, statistics.ref[n] ?? 0));
}

/** ROUGE-L of tokenized texts: the longest common subsequence of the whole texts. */
export function rougeL(hyp: readonly string[], ref: readonly string[]): Prf {
  const vocabulary = new Map<string, number>();
  return prf(lcsLength(tokenIds(ref, vocabulary), tokenIds(hyp, vocabulary)), hyp.length, ref.length);
}

/**
 * ROUGE-Lsum of texts with one sentence per line (pass each line tokenized): for each line of the reference, the union
 * of its longest common subsequences with the lines of the hypothesis. Equals ROUGE-L for single lines.
 */
export function rougeLsum(hypLines: readonly string[][], refLines: readonly string[][]): Prf {
  const vocabulary = new Map<string, number>();
  const hyp = hypLines.map((line) => tokenIds(line, vocabulary));
  const ref = refLines.map((line) => tokenIds(line, vocabulary));
  const left = { hyp: countTokens(hyp, vocabulary.size), ref: countTokens(ref, vocabulary.size) };
  let hits = 0;
  for (const line of ref) {
    const inUnion = new Uint8Array(line.length);
    for (const other of hyp) markLcs(line, other, inUnion);
    line.forEach((token, i) => {
      if (!inUnion[i] || !left.hyp[token] || !left.ref[token]) return;
      hits++;
      left.hyp[token]--;
      left.ref[token]--;
    });
  }
  const length = (lines: Int32Array[]) => lines.reduce((sum, line) => sum + line.length, 0);
  return prf(hits, length(hyp), length(ref));
}

/** The lines of a text, which rouge-score treats as sentences. */
export function rougeLines(text: string): string[] {
  return text.split('\n').filter((line) => line.length > 0);
}

function prf(matched: number, hyp: number, ref: number): Prf {
  const precision = matched / Math.max(1, hyp);
  const recall = matched / Math.max(1, ref);
  return [precision, recall, matched > 0 ? (2 * precision * recall) / (precision + recall) : 0];
}

function countTokens(lines: readonly Int32Array[], vocabularySize: number): Uint32Array {
  const counts = new Uint32Array(vocabularySize);
  for (const line of lines) for (const token of line) counts[token] = (counts[token] ?? 0) + 1;
  return counts;
}

function lcsLength(ref: Int32Array, hyp: Int32Array): number {
  const row = new Uint32Array(hyp.length + 1);
  for (const token of ref) {
    let diagonal = 0;
    for (let j = 0; j < hyp.length; j++) {
      const above = row[j + 1] as number;
      row[j + 1] = hyp[j] === token ? diagonal + 1 : Math.max(above, row[j] as number);
      diagonal = above;
    }
  }
  return row[hyp.length] ?? 0;
}

/** Marks one longest common subsequence in `marks`: the one that rouge-score's backtracking finds. */
function markLcs(ref: Int32Array, hyp: Int32Array, marks: Uint8Array): void {
  const width = hyp.length + 1;
  const table = new Uint32Array((ref.length + 1) * width);
  const at = (i: number, j: number) => table[i * width + j] as number;
  for (let i = 1; i <= ref.length; i++) {
    for (let j = 1; j <= hyp.length; j++) {
      table[i * width + j] = ref[i - 1] === hyp[j - 1] ? at(i - 1, j - 1) + 1 : Math.max(at(i - 1, j), at(i, j - 1));
    }
  }
  for (let i = ref.length, j = hyp.length; i > 0 && j > 0;) {
    if (ref[i - 1] === hyp[j - 1]) {
      marks[--i] = 1;
      j--;
    } else if (at(i, j - 1) > at(i - 1, j)) j--;
    else i--;
  }
}
