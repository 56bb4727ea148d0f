import { parseJson } from '../../core/json.ts';
import { LazyMap } from '../../core/async/memoised.ts';
import type { PublishedTexts } from '../../core/explorer/open-run.ts';
import { summarySchema, type RunSummary } from '../../core/table/summary.ts';
import { listMeasured, readMeasured } from '../published-results.ts';

// A committed run is a summary, `results/<id>.json`, and the numbers of its records, `results/<id>.numbers.jsonl`.
// Where texts may be published, `<id>.records.jsonl` has the records themselves and `<id>.verdicts.jsonl` what judges
// made of them, as the command line and the page write them.

const summaries = new LazyMap<string, RunSummary>();

/**
 * The ids of the runs that were committed with this version of the lab.
 * @throws {LabError} `network`.
 */
export async function committedRunIds(): Promise<string[]> {
  const { results } = await listMeasured();
  return results.map((file) => file.replace(/\.json$/, ''));
}

/** @throws {LabError} `missing-file` when no committed run has this id, `network`. */
export const committedSummary = (id: string): Promise<RunSummary> =>
  summaries.get(id, async () =>
    summarySchema.parse(parseJson(await readMeasured('results', `${id}.json`), `${id}.json`)),
  );

/**
 * Whether a committed run's records were published with their texts.
 * @throws {LabError} `network`.
 */
export const textsArePublished = async (id: string): Promise<boolean> =>
  (await listMeasured()).records.includes(`${id}.records.jsonl`);

/**
 * A committed run's records with their texts if those were published, otherwise their numbers; and the verdicts.
 * @throws {LabError} `network`.
 */
export async function committedTexts(id: string): Promise<PublishedTexts> {
  const known = await listMeasured();
  const read = (kind: 'records' | 'numbers' | 'verdicts') =>
    known[kind].includes(`${id}.${kind}.jsonl`) ? readMeasured(kind, `${id}.${kind}.jsonl`) : null;
  const [records, verdicts] = await Promise.all([read('records'), read('verdicts')]);
  return { records, numbers: records === null ? await read('numbers') : null, verdicts };
}
