/** Text without case and diacritics, for comparison only. */
export const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** The folded words of a query, and phrases in quotation marks; all of them must occur. */
export const queryWords = (query: string): string[] =>
  [...fold(query).matchAll(/["“”„]([^"“”„]+)["“”„]|([^\s"“”„]+)/gu)]
    .map(([, phrase, word = '']) => (phrase ?? word).trim())
    .filter(Boolean);

/** A stretch of a text: what a search was for, or what is between. */
export interface FoundStretch {
  text: string;
  hit: boolean;
}

/** Marks where words of a query (see `queryWords`) occur. The stretches together are the whole text. */
export function markWords(text: string, words: readonly string[]): FoundStretch[] {
  const hits = findWords(text, words);
  const stretches = hits.flatMap(([start, end], i) => [
    { text: text.slice(hits[i - 1]?.[1] ?? 0, start), hit: false },
    { text: text.slice(start, end), hit: true },
  ]);
  return [...stretches, { text: text.slice(hits.at(-1)?.[1] ?? 0), hit: false }].filter((each) => each.text);
}

/** Where words of a query occur in a text, in order and without overlap. */
export function findWords(text: string, words: readonly string[]): [start: number, end: number][] {
  let folded = '';
  /** For each character of the folded text, where its own begins; and the end of the text. */
  const origins: number[] = [];
  let at = 0;
  for (const character of text) {
    const plain = fold(character);
    folded += plain;
    for (let i = 0; i < plain.length; i++) origins.push(at);
    at += character.length;
  }
  origins.push(at);
  const found: [number, number][] = [];
  for (const word of words) {
    for (let from = folded.indexOf(word); from !== -1; from = folded.indexOf(word, from + word.length))
      found.push([origins[from] ?? 0, origins[from + word.length] ?? at]);
  }
  const ordered = found.sort(([a], [b]) => a - b);
  return ordered.filter(([start], i) => ordered.slice(0, i).every(([, end]) => end <= start));
}

/** Whether every word of a query (see `queryWords`) occurs in one of the texts. */
export function hasWords(texts: Iterable<string>, words: readonly string[]): boolean {
  const missing = new Set(words);
  for (const text of texts) {
    if (missing.size === 0) break;
    const folded = fold(text);
    for (const word of missing) if (folded.includes(word)) missing.delete(word);
  }
  return missing.size === 0;
}
