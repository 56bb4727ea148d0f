import { z } from 'zod';
import type { Utterance } from '../dialogue.ts';
import { optionalId, optionalText } from './fields.ts';
import { BadRecord, recordsIn, type DialogueContent, type RecordFormat } from './format.ts';

const record = z.object({
  id: optionalId,
  context: optionalText,
  prompt: optionalText,
  dialog: z.array(z.object({ speaker: z.enum(['speaker', 'listener']), content: z.string() })),
});

/** EmpatheticDialogues (Rashkin et al. 2019) as JSON lines: `dialog[{speaker, content}]`. */
export const EMPATHETIC: RecordFormat = {
  name: 'EmpatheticDialogues',
  recognises: ({ dialog }) => recordsIn(dialog).some((item) => 'content' in item && 'speaker' in item),
  read(json) {
    const { id, context, prompt, dialog } = record.parse(json);
    return {
      id,
      emotion: context,
      situation: prompt,
      utterances: dialog.map(({ speaker, content }): Utterance => ({
        speaker: speaker === 'speaker' ? 'seeker' : 'supporter',
        text: content,
      })),
    };
  },
};

/** The beginning of the published CSV. */
export const EMPATHETIC_HEADER = /^\s*"?conv_id"?\s*,\s*"?utterance_idx"?/;

/** One row of the published CSV. */
export interface EmpatheticRow {
  conversation: string;
  /** Position in its conversation, from 1. */
  index: number;
  emotion: string;
  prompt: string;
  speaker: string;
  text: string;
}

/**
 * Reads a row `conv_id,utterance_idx,context,prompt,speaker_idx,utterance,selfeval,tags`. The published files encode
 * commas as `_comma_` and quote nothing, so that quotation marks are literal; a spreadsheet that resaved one quotes
 * fields with commas.
 */
export function readEmpatheticRow(line: string): EmpatheticRow {
  const plain = line.split(',');
  const fields = plain.length > 9 ? quotedFields(line) : plain;
  const [conversation = '', index = '', emotion = '', prompt = '', speaker = '', text] = fields;
  if (text === undefined || fields.length > 9) throw new BadRecord(`It has ${fields.length} fields; 8 are expected.`);
  if (!/^\d+$/.test(index)) throw new BadRecord(`utterance_idx: "${index.slice(0, 20)}" is not a number.`);
  return { conversation, index: Number(index), emotion, prompt: commas(prompt), speaker, text: commas(text) };
}

/** The rows of one conversation as a dialogue: the first speaker has the feeling, the other listens. */
export function empatheticDialogue(rows: readonly EmpatheticRow[]): DialogueContent {
  const [first] = rows;
  const gap = rows.findIndex(({ index }, i) => index !== i + 1);
  if (!first || gap >= 0) throw new BadRecord(`Utterance ${gap + 1} of the conversation is missing or out of order.`);
  return {
    id: first.conversation,
    emotion: first.emotion,
    situation: first.prompt,
    utterances: rows.map(({ speaker, text }): Utterance => ({
      speaker: speaker === first.speaker ? 'seeker' : 'supporter',
      text,
    })),
  };
}

const commas = (text: string): string => text.replaceAll('_comma_', ',');

/** Fields of a line; those with commas are quoted, with quotation marks inside doubled (RFC 4180). */
function quotedFields(line: string): string[] {
  const fields: string[] = [];
  for (let at = 0; ; at++) {
    const end = line[at] === '"' ? closingMark(line, at) : -1;
    const comma = line.indexOf(',', end < 0 ? at : end);
    fields.push(
      end < 0 ? line.slice(at, comma < 0 ? undefined : comma) : line.slice(at + 1, end).replaceAll('""', '"'),
    );
    if (comma < 0) return fields;
    at = comma;
  }
}

/** The end of the quoted text from `at`; -1 if there is none. A regular expression would overflow on long fields. */
function closingMark(line: string, at: number): number {
  let mark = line.indexOf('"', at + 1);
  while (mark >= 0 && line[mark + 1] === '"') mark = line.indexOf('"', mark + 2);
  return mark;
}
