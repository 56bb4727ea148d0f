import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { LabError } from '../core/error.ts';
import { readWordNet, type WordNet } from '../core/metrics/wordnet.ts';

const PATH = fileURLToPath(new URL('../../public/wordnet/wordnet-3.0.bin', import.meta.url));

/** The compact WordNet of this checkout, for Node. */
export async function loadLocalWordNet(): Promise<WordNet> {
  const bytes = await readFile(PATH).catch((error: unknown) => {
    throw LabError.from(error, {
      code: 'missing-file',
      where: 'public/wordnet/wordnet-3.0.bin',
      what: 'The file cannot be read.',
      todo: 'Restore it with git checkout.',
    });
  });
  return readWordNet(new Uint8Array(bytes));
}
