import { z } from 'zod';
import type { Utterance } from '../dialogue.ts';
import { optionalId } from './fields.ts';
import { BadRecord, isRecord, recordsIn, type DialogueContent, type RecordFormat } from './format.ts';

/** The meaning of the published files' numbers, from their readme (Li et al. 2017). */
const ACTS = ['', 'inform', 'question', 'directive', 'commissive'];
const EMOTIONS = ['no emotion', 'anger', 'disgust', 'fear', 'happiness', 'sadness', 'surprise'];

const END_OF_UTTERANCE = '__eou__';

/** Numbers or names of each utterance. */
export interface DailyLabels {
  act?: readonly (string | number)[] | undefined;
  emotion?: readonly (string | number)[] | undefined;
}

const label = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => value ?? undefined);
const record = z.object({
  id: optionalId,
  dialog: z.array(
    z.union([z.string(), z.object({ content: z.string(), act: label, emotion: label })], {
      error: 'It is neither a text nor an object with content.',
    }),
  ),
  act: z.array(z.union([z.string(), z.number()])).optional(),
  emotion: z.array(z.union([z.string(), z.number()])).optional(),
});

/** DailyDialog as JSON: one object per utterance, or parallel lists of texts, acts and emotions. */
export const DAILY_DIALOG: RecordFormat = {
  name: 'DailyDialog',
  recognises: ({ dialog }) =>
    Array.isArray(dialog) &&
    (typeof dialog[0] === 'string' || recordsIn(dialog).some((item) => 'content' in item && !('speaker' in item))),
  read(json) {
    const { id, dialog, act, emotion } = record.parse(json);
    const texts = dialog.map((turn) => (typeof turn === 'string' ? turn : turn.content));
    const own = (key: 'act' | 'emotion') =>
      dialog.some(isRecord) ? dialog.map((turn) => (typeof turn === 'string' ? '' : (turn[key] ?? ''))) : undefined;
    return { id, ...dailyDialogue(texts, { act: act ?? own('act'), emotion: emotion ?? own('emotion') }) };
  },
};

/** One line of `dialogues_text.txt`: each turn ends with `__eou__`. */
export function readDailyLine(line: string, labels: DailyLabels): DialogueContent {
  // A pattern with white space on both sides would take quadratic time on a run of blanks.
  const text = line.trimEnd();
  return dailyDialogue(
    (text.endsWith(END_OF_UTTERANCE) ? text.slice(0, -END_OF_UTTERANCE.length) : text).split(END_OF_UTTERANCE),
    labels,
  );
}

/** Two people alternate; the first counts as the seeker. */
function dailyDialogue(texts: readonly string[], labels: DailyLabels): DialogueContent {
  for (const [name, list] of Object.entries(labels) as [string, DailyLabels['act']][]) {
    if (list && list.length !== texts.length)
      throw new BadRecord(`It has ${texts.length} utterances but ${list.length} labels of ${name}.`);
  }
  const utterances = texts.map((text, i): Utterance => ({
    speaker: i % 2 === 0 ? 'seeker' : 'supporter',
    text,
    act: nameOf(labels.act?.[i], ACTS),
    emotion: nameOf(labels.emotion?.[i], EMOTIONS),
  }));
  return { utterances };
}

function nameOf(label: string | number | undefined, names: readonly string[]): string | undefined {
  if (label === undefined || label === '') return undefined;
  return names[Number(label)] ?? String(label);
}
