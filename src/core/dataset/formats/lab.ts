import { z } from 'zod';
import type { Dialogue } from '../dialogue.ts';
import { optionalId, optionalText, survey } from './fields.ts';
import { recordsIn, type RecordFormat } from './format.ts';

const record = z.object({
  id: optionalId,
  scene: optionalText,
  emotion: optionalText,
  situation: optionalText,
  survey,
  utterances: z.array(
    z.object({
      speaker: z.enum(['seeker', 'supporter']),
      text: z.string(),
      strategy: optionalText,
      emotion: optionalText,
      act: optionalText,
    }),
  ),
});

/** The lab's own lines: one `Dialogue` per line, lossless. */
export const LAB: RecordFormat = {
  name: 'Solace Lab',
  recognises: ({ utterances }) => recordsIn(utterances).some((item) => 'speaker' in item),
  read: (json) => record.parse(json),
};

/** Dialogues as JSON lines that every loader of the lab reads back unchanged. */
export function toJsonLines(dialogues: readonly Dialogue[]): string {
  return dialogues.map((dialogue) => `${JSON.stringify(dialogue)}\n`).join('');
}
