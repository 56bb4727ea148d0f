import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readWordNet, type WordNet } from '../core/metrics/wordnet.ts';
import { unreadable } from './read-file.ts';

const PATH = fileURLToPath(new URL('../../public/wordnet/wordnet-3.0.bin', import.meta.url));

/** The compact WordNet of this checkout, for Node. */
export async function loadLocalWordNet(): Promise<WordNet> {
  const bytes = await readFile(PATH).catch((error: unknown) => {
    throw unreadable(error, 'public/wordnet/wordnet-3.0.bin', {
      what: 'The file cannot be read.',
      todo: 'Restore it with git checkout.',
    });
  });
  return readWordNet(new Uint8Array(bytes));
}
