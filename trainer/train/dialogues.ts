import type { Dialogue } from '../../src/core/dataset/dialogue.ts';
import { FORMAT_IDS } from '../../src/core/dataset/formats/index.ts';
import { LabError } from '../../src/core/error.ts';
import type { TrainingDialogue } from '../../src/core/training/prepare.ts';
import { readLocalDataset } from '../../src/node/dataset-file.ts';

/** A dialogue from a file; its id is its own, or its file and line or record. */
export interface FileDialogue extends TrainingDialogue {
  /** What a split is stratified by: the scene or problem type. */
  stratum: string;
}

/** The formats that the lab reads; `auto` uses the format of the first record. */
export const DATA_FORMATS = ['auto', ...FORMAT_IDS] as const;
export type DataFormat = (typeof DATA_FORMATS)[number];

export interface ReadDialogues {
  dialogues: FileDialogue[];
  /** Malformed records that were left out, each with its line. */
  bad: string[];
}

const NAMED_AT_MOST = 8;

/**
 * Reads dialogues in any format that the lab knows, gzipped or not.
 * @throws {LabError} `bad-data` that lists the first eight malformed records, unless `skipBad`.
 */
export async function readDialogues(
  paths: readonly string[],
  format: DataFormat,
  skipBad: boolean,
): Promise<ReadDialogues> {
  const where = paths.join(', ');
  // Messages about a dialogue name its file and line.
  const read = await readLocalDataset(paths, { naming: 'location', ...(format !== 'auto' && { format }) });
  const bad = read.bad.map(({ place, reason }) => `${place}: ${reason}`);
  if (read.badCount > 0 && !skipBad) {
    const named = bad.slice(0, NAMED_AT_MOST);
    const more = read.badCount > named.length ? `\nand ${read.badCount - named.length} more` : '';
    throw new LabError({
      code: 'bad-data',
      where,
      what:
        `${read.badCount} of ${read.badCount + read.dialogues.length} records are ` +
        `malformed.\n${named.join('\n')}${more}\n`,
      todo: 'Correct them, check data.format, or use the rest with --skip-bad.',
    });
  }
  if (read.dialogues.length === 0)
    throw new LabError({ code: 'bad-data', where, what: 'It contains no dialogue.', todo: 'Check data.format.' });
  return { dialogues: read.dialogues.map(toLearn), bad };
}

const toLearn = ({ id, scene = '', utterances }: Dialogue): FileDialogue => ({ id, stratum: scene, utterances });
