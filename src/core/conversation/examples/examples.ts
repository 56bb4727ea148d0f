import { z } from 'zod';
import { REPRESENTATION_IDS } from '../../compression/representation.ts';
import { LabError } from '../../error.ts';
import { comparisonSchema } from '../comparison.ts';

const count = z.int().nonnegative();

/** An utterance under one compression: its tokens, and the stretches of its text that were dropped. */
const seenSchema = z.object({ tokens: count, dropped: z.array(z.tuple([count, count])) });

/** How many utterances fit a window, newest first, and the tokens of their prompt. */
const fitSchema = z.object({ budget: count, kept: count, tokens: count });

/**
 * A comparison that was made once with the model that the page begins with, so that it can be shown before any model is
 * loaded. Made by `build/examples`.
 */
const exampleSchema = z.object({
  title: z.string(),
  /** What to look at, in a sentence or two. */
  why: z.string(),
  /** The dialogue that it comes from, up to the turn of the message. */
  source: z.object({ dataset: z.string(), dialogue: z.string(), turn: count }),
  comparison: comparisonSchema.required({ task: true }),
  /** Each utterance of the task under each compression. */
  seen: z.record(z.enum(REPRESENTATION_IDS), z.array(seenSchema)),
  fits: z.record(z.enum(REPRESENTATION_IDS), z.array(fitSchema)),
});
export type Example = z.output<typeof exampleSchema>;

const examplesSchema = z.array(exampleSchema).min(1);

/** The examples that come with the lab; their file is fetched when they are first asked for. */
export async function loadExamples(): Promise<Example[]> {
  const { default: file } = await import('./examples.json', { with: { type: 'json' } });
  const read = examplesSchema.safeParse(file);
  if (read.success) return read.data;
  throw new LabError({
    code: 'bad-file',
    where: 'The examples of the lab',
    what: 'They belong to another version.',
    todo: 'Reload the page.',
  });
}
