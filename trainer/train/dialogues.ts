import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { Utterance } from '../../src/dataset/dialogue.ts';
import { LabError } from '../../src/error.ts';

/** A dialogue to learn from. */
export interface TrainingDialogue {
  /** File and line or record, for messages. */
  id: string;
  /** What a split is stratified by: the problem type. */
  stratum: string;
  utterances: Utterance[];
}

export const DATA_FORMATS = ['esconv', 'chat'] as const;
export type DataFormat = (typeof DATA_FORMATS)[number];

/** ESConv as its split files (`text`, usr and sys) and as its original file (`content`, speaker or seeker and listener or supporter). */
const esconv = z.object({
  problem_type: z.string().default(''),
  dialog: z.array(z.union([
    z.object({ text: z.string(), speaker: z.enum(['usr', 'sys']), strategy: z.string().nullish() })
      .transform(({ text, speaker, strategy }) => utterance(speaker === 'sys', text, strategy)),
    z.object({ content: z.string(), speaker: z.enum(['speaker', 'seeker', 'listener', 'supporter']), annotation: z.object({ strategy: z.string().nullish() }).nullish() })
      .transform(({ content, speaker, annotation }) => utterance(speaker === 'listener' || speaker === 'supporter', content, annotation?.strategy)),
  ])).min(1),
}).transform(({ problem_type, dialog }) => ({ stratum: problem_type, utterances: dialog }));

/** One conversation a line: `messages` with the roles user and assistant; system messages are left out. */
const chat = z.object({
  stratum: z.string().default(''),
  messages: z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })).min(1),
}).transform(({ stratum, messages }) => ({
  stratum,
  utterances: messages.filter(({ role }) => role !== 'system').map(({ role, content }) => utterance(role === 'assistant', content)),
}));

const SCHEMAS: Record<DataFormat, z.ZodType<Omit<TrainingDialogue, 'id'>>> = { esconv, chat };

function utterance(supporter: boolean, text: string, strategy?: string | null): Utterance {
  return { speaker: supporter ? 'supporter' : 'seeker', text, ...(strategy ? { strategy } : {}) };
}

export interface ReadDialogues {
  dialogues: TrainingDialogue[];
  /** Malformed records that were left out, each with its line. */
  bad: string[];
}

const NAMED_AT_MOST = 8;

/**
 * Reads dialogues from JSON lines or a JSON array, gzipped or not.
 * @throws {LabError} bad-data that names each malformed record (the first eight), unless `skipBad`.
 */
export async function readDialogues(paths: readonly string[], format: DataFormat, skipBad: boolean): Promise<ReadDialogues> {
  const dialogues: TrainingDialogue[] = [];
  const bad: string[] = [];
  for (const path of paths) {
    for (const { place, json, error } of records(await readText(path), basename(path))) {
      const parsed = error === undefined ? SCHEMAS[format].safeParse(json) : undefined;
      if (parsed?.success) dialogues.push({ id: place, ...parsed.data });
      else bad.push(`${place}: ${error ?? z.prettifyError(parsed?.error ?? new z.ZodError([])).split('\n').slice(0, 2).join(' ')}`);
    }
  }
  if (bad.length > 0 && !skipBad) {
    const more = bad.length > NAMED_AT_MOST ? `\nand ${bad.length - NAMED_AT_MOST} more` : '';
    throw new LabError({
      code: 'bad-data',
      where: paths.join(', '),
      what: `${bad.length} of ${bad.length + dialogues.length} records are malformed.\n${bad.slice(0, NAMED_AT_MOST).join('\n')}${more}\n`,
      todo: 'Mend them, check data.format, or use the rest with --skip-bad.',
    });
  }
  if (dialogues.length === 0) throw new LabError({ code: 'bad-data', where: paths.join(', '), what: 'It holds no dialogue.', todo: 'Check data.format.' });
  return { dialogues, bad };
}

async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw LabError.from(error, { code: 'missing-file', what: 'The data cannot be read', where: path, todo: 'Check data.train and data.eval.' });
  });
  try {
    return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8');
  } catch (error) {
    throw LabError.from(error, { code: 'bad-data', what: 'It cannot be unpacked', where: path, todo: 'Download it again.' });
  }
}

interface RecordText {
  place: string;
  json?: unknown;
  error?: string;
}

function records(text: string, name: string): RecordText[] {
  if (text.trimStart().startsWith('[')) {
    const whole = attempt(text);
    if (Array.isArray(whole.json)) return whole.json.map((json: unknown, i) => ({ place: `${name} record ${i + 1}`, json }));
    return [{ place: name, error: whole.error ?? 'It is no list of dialogues.' }];
  }
  return text.split('\n').flatMap((line, i) => (line.trim() === '' ? [] : [{ place: `${name} line ${i + 1}`, ...attempt(line) }]));
}

function attempt(text: string): { json?: unknown; error?: string } {
  try {
    return { json: JSON.parse(text) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
