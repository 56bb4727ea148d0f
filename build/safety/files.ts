/** Paths and readers of the sources of the danger detector. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredWeights } from '../../src/core/safety/weights.ts';
import { readPhraseFiles, type PhraseBook } from '../../src/core/safety/phrase-files.ts';

export const SAFETY = join(import.meta.dirname, '../../src/core/safety');

/** Every file of phrases/ by its path below it. */
export function readPhrases(folder = join(SAFETY, 'phrases')): PhraseBook {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.txt'));
  return readPhraseFiles(
    Object.fromEntries(paths.map((path) => [path.replaceAll('\\', '/'), readFileSync(join(folder, path), 'utf8')])),
  );
}

/** The files of a phrase book by name. */
export function bookFiles({ languages, ...english }: PhraseBook): Record<string, string> {
  const text = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;
  return { 'phrases.json': text(english), 'languages.json': text(languages) };
}

/** Writes phrases.json and languages.json; returns the number of phrases. */
export function writePhrases(): number {
  const book = readPhrases();
  for (const [name, text] of Object.entries(bookFiles(book))) writeFileSync(join(SAFETY, name), text);
  const lists = [...book.english, ...book.languages.flatMap(({ signals }) => signals)];
  return lists.reduce((sum, { phrases }) => sum + phrases.length, 0);
}

const WEIGHTS = join(SAFETY, 'weights.json');

/** The committed weights. */
export const readWeights = (): StoredWeights => JSON.parse(readFileSync(WEIGHTS, 'utf8')) as StoredWeights;

export function writeWeights(weights: StoredWeights): void {
  writeFileSync(WEIGHTS, `${JSON.stringify(weights, null, 1)}\n`);
}
