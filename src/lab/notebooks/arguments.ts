import { z } from 'zod';
import { PAPER_DECODING } from '../../core/engine/engine.ts';
import { REPRESENTATION_IDS, TAGGER_IDS, UPOS } from '../../core/compression/representation.ts';
import { historySchema } from '../../core/compression/history/spec.ts';
import { EVIDENCE } from '../../core/statistics/verdict.ts';
import { TOKENIZER_IDS } from '../../core/compression/token-length.ts';

// Argument schemas of the notebook functions. Calls come from untrusted code, so everything has a limit.

export const text = z.string().max(2_000_000);
export const texts = z.array(text).max(200_000);
export const name = z.string().max(200);
/** The id of a dataset, a run, a model, a condition or a dialogue. */
export const identifier = z.string().max(500);
export const message = z.object({ role: z.enum(['system', 'user', 'assistant']), content: text });
export const messages = z.array(message).min(1).max(5000);
export const utterance = z.object({ speaker: z.enum(['seeker', 'supporter']), text });
export const utterances = z.array(utterance).max(5000);
export const pair = z.object({ id: z.union([z.string(), z.number()]), hyp: text, ref: text });
export const pairs = z.array(pair).max(200_000);
export const dialogue = z.object({
  id: text,
  utterances: z.array(z.object({ speaker: z.enum(['seeker', 'supporter']), text, strategy: text.optional() })),
  scene: text.optional(),
  emotion: text.optional(),
});
export const dialogues = z.array(dialogue).max(200_000);
/** Whether a list includes what is the person's own; the page asks them first. */
export const ownToo = z.object({ own: z.boolean().optional() });
const page = { offset: z.int().min(0).optional(), limit: z.int().min(0).max(1_000_000).optional() };
const oneOrMore = z.union([identifier, z.array(identifier).max(100_000)]);
/** Which dialogues of a dataset; by default all. */
export const dialogueQuery = z.object({
  words: name.optional(),
  scene: name.optional(),
  emotion: name.optional(),
  strategy: name.optional(),
  ...page,
});
/** Which records of a run; by default all. */
export const recordQuery = z.object({
  model: oneOrMore.optional(),
  representation: oneOrMore.optional(),
  dialogue: oneOrMore.optional(),
  turn: z.int().min(0).optional(),
  failed: z.boolean().optional(),
  words: name.optional(),
  ...page,
});
/** The unit of a run's table. */
export const tableUnit = z.object({ points: z.boolean().optional() });
const says = z.array(z.enum(EVIDENCE)).max(10_000);
export const statements = z
  .array(z.object({ holds: z.enum(['every', 'some']), printed: says, measured: says }))
  .max(1000);
export const chance = z.object({
  n: z.int().min(1),
  range: z.number().positive(),
  tests: z.int().min(1).exactOptional(),
});
/** Numbers by dialogue, or by what else is resampled as a whole. */
export const groups = z.array(z.array(z.number()).max(10_000)).max(2000);
/** Which part of the corpus; by default the whole. */
export const corpusPart = z.object({ part: z.enum(['train', 'test']).optional() });
export const training = z.object({
  dialogues,
  heldOut: dialogues.optional(),
  evalEvery: z.number().int().min(1).max(10_000).optional(),
  patience: z.number().int().min(1).max(1000).optional(),
  keep: name.min(1).optional(),
  fresh: z.boolean().optional(),
  saveEvery: z.number().int().min(1).max(10_000).optional(),
  representation: z.enum(REPRESENTATION_IDS).optional(),
  system: text.optional(),
  maxTokens: z.number().int().min(16).max(2048).optional(),
  maxSteps: z.number().int().min(1).max(10_000).optional(),
  epochs: z.number().int().min(1).max(100).optional(),
  learningRate: z.number().positive().max(1).optional(),
  seed: z.number().int().min(0).max(0xffffffff).optional(),
  lora: z
    .object({
      rank: z.number().int().min(1).max(64).exactOptional(),
      alpha: z.number().positive().exactOptional(),
      dropout: z.number().min(0).max(0.9).exactOptional(),
    })
    .optional(),
});
/** In bytes. Files pass through the page; larger ones belong in the Data view, which reads them in a worker. */
export const LARGEST_FILE = 8_000_000;
export const file = z.instanceof(File);
export const files = z.array(file).min(1).max(20);
export const compression = z.object({
  representation: z.enum(REPRESENTATION_IDS),
  tagger: z.enum(TAGGER_IDS).optional(),
  keep: z.array(z.enum(UPOS)).optional(),
});
/** How to shorten a conversation; the schema has its own limits. */
export const history = historySchema;
/** Which tokenizer counts: that of the chosen model, or one of the paper's. */
export const counting = z.object({
  tokenizer: z.enum(['model', ...TOKENIZER_IDS]).default('model'),
  form: z.enum(['words', 'prompt']).default('words'),
});
/**
 * Whether a text to score is a rendered prompt, or words, in which control tokens are plain characters.
 */
export const scoring = z.object({ form: z.enum(['words', 'prompt']).default('prompt') });
export const decoding = z.object({
  temperature: z.number().min(0).max(5).default(PAPER_DECODING.temperature),
  topP: z.number().min(0).max(1).default(PAPER_DECODING.topP),
  topK: z.number().int().min(0).max(1000).default(PAPER_DECODING.topK),
  maxNewTokens: z.number().int().min(1).max(1024).default(32),
  seed: z.number().int().min(0).max(0xffffffff).default(1),
});
export const judged = z.object({ context: utterances, candidate: text, reference: text.default('') });
export const judging = z
  .object({
    repeats: z.number().int().min(1).max(20),
    retries: z.number().int().min(0).max(5),
    temperature: z.number().min(0).max(5),
    seed: z.number().int().min(0),
  })
  .partial();
export const contextRequest = z.object({
  system: text.optional(),
  utterances,
  options: compression,
  budget: z.number().positive().nullable().default(null),
  reserve: z.number().int().min(0).default(0),
  newestWhole: z.boolean().optional(),
});
