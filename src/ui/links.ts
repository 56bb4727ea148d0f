import { z } from 'zod';
import { writeQuery } from '../core/links/query.ts';
import { DEFAULT_MODEL_ID } from '../core/engine/embedded.ts';
import type { Comparison } from '../core/conversation/comparison.ts';
import { formatDataRoute } from './data/dataset-route.ts';
import { hashOf } from './routes.ts';
import { shellTexts } from './texts/shell.ts';
import { SHARED_SHAPE, sharedQuery, type Settings } from './state/settings.svelte.ts';

/** A notebook with more inputs than that is not meant to be read. */
const MOST_INPUTS = 50;

/** A dialogue up to one of its utterances, counted from 1; all of them if absent. */
const dialogueShape = { dialogue: z.string().max(1000), turn: z.int().positive() };

/** What the address of the chat may carry. */
export const CHAT_SHAPE = { ...SHARED_SHAPE, model: z.string().max(1000), ...dialogueShape };

/** What the address of a comparison may carry: one with its replies, a ready-made one, or a dialogue. */
export const COMPARE_SHAPE = {
  shared: z.string(),
  example: z.int().min(1),
  seed: z.int().min(0).max(0xffffffff),
  ...dialogueShape,
};

/** What a person is told about the parts of a link that were refused. */
export const aboutRefused = (names: readonly string[]): string[] => names.map((name) => shellTexts.linkRefused(name));

const inputName = z.string().min(1).max(200);
const inputsSchema = z
  .record(inputName, z.string().max(1000))
  .refine((inputs) => Object.keys(inputs).length <= MOST_INPUTS, 'too many inputs');

/** What the address of a notebook may carry: what its inputs show, by their labels. */
export const NOTEBOOK_SHAPE = { inputs: inputsSchema };

/** A notebook of the lab whose inputs show these values, which come from its sandbox and are checked. */
export function notebookHash(name: string, inputs: unknown): string {
  const checked = inputsSchema.safeParse(inputs);
  const any = checked.success && Object.keys(checked.data).length > 0;
  return hashOf('notebooks', name, any ? writeQuery({ inputs: checked.data }) : '');
}

/** Names of inputs that a sandbox lists; whatever else it sends is ignored. */
export const readInputNames = (names: unknown): string[] =>
  z.array(inputName).max(MOST_INPUTS).safeParse(names).data ?? [];

/** The chat with these settings and this model. It carries no message. */
export function chatHash(settings: Readonly<Settings>, model: string): string {
  const named = model === DEFAULT_MODEL_ID ? '' : `&${writeQuery({ model })}`;
  return hashOf('chat', null, sharedQuery(settings) + named);
}

/** A dialogue of a dataset, opened in the chat or compared up to an utterance. */
export const dialogueHash = (
  view: 'chat' | 'compare',
  { dataset, dialogue, turn }: { dataset: string; dialogue: string; turn?: number },
): string => hashOf(view, null, writeQuery({ dialogue: formatDataRoute(dataset, dialogue), turn }));

/**
 * A comparison with all its replies.
 * @throws {LabError} `quota` when it is too long for a link.
 */
export async function comparisonHash(comparison: Comparison): Promise<string> {
  // The chat links elsewhere too, but packs nothing.
  const { packComparison } = await import('../core/links/comparison.ts');
  return hashOf('compare', null, writeQuery({ shared: await packComparison(comparison) }));
}
