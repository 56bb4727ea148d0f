/** Text without case and diacritics, for comparison only. */
export const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** The folded words of a query, and phrases in quotation marks; all of them must occur. */
export const queryWords = (query: string): string[] =>
  [...fold(query).matchAll(/["“”„]([^"“”„]+)["“”„]|([^\s"“”„]+)/gu)]
    .map(([, phrase, word = '']) => (phrase ?? word).trim())
    .filter(Boolean);

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
