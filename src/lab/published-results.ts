import { z } from 'zod';
import { fetchChecked } from '../browser/fetch-checked.ts';
import { Lazy } from '../core/async/memoised.ts';
import { LabError } from '../core/error.ts';
import { parseJson } from '../core/json.ts';

const listSchema = z.object({
  results: z.array(z.string()),
  numbers: z.array(z.string()),
  records: z.array(z.string()),
  verdicts: z.array(z.string()),
  runs: z.array(z.string()),
});
/**
 * The committed measurements: summaries of evaluation runs, the numbers of their records, those records themselves and
 * judges' verdicts on them where texts may be published, and the trainer's logs.
 */
export type MeasuredFiles = z.output<typeof listSchema>;
export type MeasuredKind = keyof MeasuredFiles;

/** The folder of each kind. */
const FOLDERS: Record<MeasuredKind, string> = {
  results: 'results',
  numbers: 'results',
  records: 'results',
  verdicts: 'results',
  runs: 'runs',
};

/**
 * The measurements that were committed with this version of the lab.
 * @throws {LabError} `network` or `bad-file`.
 */
export const listMeasured = (): Promise<MeasuredFiles> => list.get();

// It cannot change while the page is open, and every file that is read is looked up in it.
const list = new Lazy(async () => listSchema.parse(parseJson(await read('measured.json'), 'measured.json')));

/**
 * The text of one of those files.
 * @throws {LabError} `missing-file` for a name that is not in the list.
 */
export async function readMeasured(kind: MeasuredKind, name: string): Promise<string> {
  const known = await listMeasured();
  const path = `${FOLDERS[kind]}/${name}`;
  if (!known[kind].includes(name)) {
    throw new LabError({
      code: 'missing-file',
      where: path,
      what: 'This version of the lab has no measurement of this name.',
      todo: known[kind].length > 0 ? `Available: ${known[kind].join(', ')}.` : 'There are none yet.',
    });
  }
  return read(path);
}

const read = (path: string): Promise<string> =>
  fetchChecked(
    new URL(path, document.baseURI).href,
    { where: path, what: 'A measurement could not be loaded.', todo: 'Check the connection and try again.' },
    (response) => response.text(),
  );
