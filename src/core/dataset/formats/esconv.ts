import { z } from 'zod';
import type { Speaker } from '../dialogue.ts';
import { optionalText, survey } from './fields.ts';
import { recordsIn, type RecordFormat } from './format.ts';

const SPEAKERS = {
  usr: 'seeker',
  speaker: 'seeker',
  seeker: 'seeker',
  sys: 'supporter',
  listener: 'supporter',
  supporter: 'supporter',
} as const satisfies Record<string, Speaker>;

const turn = z
  .object({
    speaker: z.enum(Object.keys(SPEAKERS) as (keyof typeof SPEAKERS)[]),
    text: z.string().optional(),
    content: z.string().optional(),
    strategy: optionalText,
    annotation: z.object({ strategy: optionalText }).nullish(),
  })
  .refine(({ text, content }) => text !== undefined || content !== undefined, {
    path: ['text'],
    error: 'There is neither text nor content.',
  })
  .transform(({ speaker, text, content, strategy, annotation }) => ({
    speaker: SPEAKERS[speaker],
    text: text ?? content ?? '',
    strategy: strategy ?? annotation?.strategy,
  }));

const record = z.object({
  emotion_type: optionalText,
  problem_type: optionalText,
  situation: optionalText,
  survey_score: survey,
  dialog: z.array(turn),
});

/**
 * ESConv and FailedESConv (Liu et al. 2021, https://github.com/thu-coai/Emotional-Support-Conversation): the original
 * `ESConv.json` (`content`; speaker and listener, or seeker and supporter) and the split files (`text`; usr and sys).
 */
export const ESCONV: RecordFormat = {
  name: 'ESConv',
  recognises: (json) =>
    ('problem_type' in json ||
      'emotion_type' in json ||
      'survey_score' in json ||
      recordsIn(json['dialog']).some((item) => 'annotation' in item || 'text' in item)) &&
    'dialog' in json,
  read(json) {
    const { emotion_type, problem_type, situation, survey_score, dialog } = record.parse(json);
    return { scene: problem_type, emotion: emotion_type, situation, survey: survey_score, utterances: dialog };
  },
};
