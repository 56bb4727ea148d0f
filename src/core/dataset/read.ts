import { LabError } from '../error.ts';
import { Collector, type DialogueNaming, type Malformed } from './collect.ts';
import type { Dialogue } from './dialogue.ts';
import { EMPATHETIC_HEADER } from './formats/empathetic.ts';
import type { FormatId } from './formats/index.ts';
import { readJson } from './read-json.ts';
import { readDailyText, readEmpatheticCsv, readLabels } from './read-lines.ts';
import { readText, type TextFile } from './text-stream.ts';

/** The contents of a dataset's files. */
export interface ReadDataset {
  /** The format of the first file. */
  format: FormatId;
  dialogues: Dialogue[];
  /** The first thousand records that were left out. */
  bad: Malformed[];
  /** Total number of records left out. */
  badCount: number;
}

export interface ReadOptions {
  /** The format of JSON records. Default: recognised. */
  format?: FormatId | undefined;
  /** Default: by number, so that file names do not matter. */
  naming?: DialogueNaming | undefined;
  signal?: AbortSignal | undefined;
  /** Called with the bytes read so far of all files. */
  onProgress?: ((bytes: number) => void) | undefined;
}

/** Number of characters from which a file is recognised; every format is recognisable in its first dialogue. */
const HEAD = 4096;

type Kind = 'json' | 'csv' | 'daily-text' | 'labels';

/** A file whose beginning was read; the rest is still a stream. */
interface OpenFile {
  name: string;
  kind: Kind;
  head: string;
  pieces: AsyncIterable<string>;
}

/**
 * Reads the files of one dataset, whatever their format: JSON (a list, lines, or objects one after another), the CSV of
 * EmpatheticDialogues or the text of DailyDialog with its label files. Each may be gzipped. A malformed record is noted
 * and the others are read.
 *
 * ```ts
 * const { dialogues, bad, format } = await readDataset([new File(['{"messages": …}'], 'chats.jsonl')]);
 * ```
 * @throws {LabError} `bad-file` for binary files, `bad-data` when no dialogue format is recognised, `cancelled`.
 */
export async function readDataset(files: readonly TextFile[], options: ReadOptions = {}): Promise<ReadDataset> {
  const collector = new Collector(options.naming);
  const opened: OpenFile[] = [];
  const read = files.map(() => 0);
  try {
    for (const [i, file] of files.entries()) {
      const onBytes = (bytes: number): void => {
        read[i] = bytes;
        options.onProgress?.(read.reduce((sum, each) => sum + each, 0));
      };
      opened.push(await open(file, { signal: options.signal, onBytes }));
    }
    const labels = await labelsOf(opened);
    const formats: FormatId[] = [];
    for (const file of opened) {
      if (file.kind !== 'labels') formats.push(await readFile(file, { labels, collector, format: options.format }));
    }
    const [format] = formats;
    if (!format) throw noDialogue(files);
    const { dialogues, bad, badCount } = collector;
    return { format, dialogues, bad, badCount };
  } finally {
    for (const { pieces } of opened) await pieces[Symbol.asyncIterator]().return?.();
  }
}

type ReadContext = Pick<ReadOptions, 'format'> & { labels: Map<string, number[][]>; collector: Collector };

async function readFile(
  { name, kind, head, pieces }: OpenFile,
  { labels, collector, format }: ReadContext,
): Promise<FormatId> {
  if (kind === 'csv') {
    await readEmpatheticCsv(pieces, { name, collector });
    return 'empathetic';
  }
  if (kind === 'daily-text') {
    const of = (what: string): number[][] | undefined => labels.get(`${what} ${stemOf(name)}`);
    await readDailyText(pieces, { name, labels: { act: of('act'), emotion: of('emotion') }, collector });
    return 'dailydialog';
  }
  return readJson(pieces, { name, head, format, collector });
}

async function open(
  file: TextFile,
  options: { signal?: AbortSignal | undefined; onBytes: (bytes: number) => void },
): Promise<OpenFile> {
  const text = readText(file, options);
  let head = '';
  for (let next = await text.next(); !next.done; next = await text.next()) {
    head += next.value;
    if (head.length >= HEAD) break;
  }
  return { name: file.name, head, kind: kindOf(head), pieces: whole(head, text) };
}

async function* whole(head: string, rest: AsyncIterable<string>): AsyncGenerator<string, void> {
  yield head;
  yield* rest;
}

/** The kind of a file, by its beginning. */
function kindOf(head: string): Kind {
  if (/^\s*[[{]/.test(head)) return 'json';
  if (EMPATHETIC_HEADER.test(head)) return 'csv';
  if (head.includes('__eou__')) return 'daily-text';
  return /^\s*\d[\d\s]*$/.test(head) ? 'labels' : 'json';
}

/** The label files, by their kind of label and the name of the text file they belong to. */
async function labelsOf(files: readonly OpenFile[]): Promise<Map<string, number[][]>> {
  const found = new Map<string, number[][]>();
  for (const { name, kind, pieces } of files) {
    if (kind === 'labels')
      found.set(`${/emotion/i.test(name) ? 'emotion' : 'act'} ${stemOf(name)}`, await readLabels(pieces));
  }
  return found;
}

/** `dialogues_text.txt`, `dialogues_act.txt` and `dialogues_emotion.txt` belong together. */
const stemOf = (name: string): string => name.replace(/\.gz$/i, '').replace(/_(text|act|emotion)/i, '');

function noDialogue(files: readonly TextFile[]): LabError {
  return new LabError({
    code: 'bad-data',
    where: files.map(({ name }) => name).join(', '),
    what: 'The files hold labels but no dialogues.',
    todo: 'Add DailyDialog’s dialogues_text.txt as well.',
  });
}
