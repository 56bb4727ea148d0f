import { z } from 'zod';
import { LabError } from '../error.ts';
import { summarySchema } from '../table/summary.ts';
import { PAPER_DECODING, type LoadedModel } from '../engine/engine.ts';
import { readDataset } from '../dataset/read.ts';
import { statisticsOf } from '../dataset/statistics.ts';
import { compareReplies, judge, weightedScores } from '../judge/judge.ts';
import { replyPrompt } from '../judge/prompt.ts';
import { REPRESENTATION_IDS, TAGGER_IDS, UPOS } from '../representation/representation.ts';
import { compress } from './compression.ts';
import { prepareContext } from './context.ts';
import { conversations } from './conversations.ts';
import { builtInDataset } from './datasets.ts';
import { listMeasured, readMeasured } from './measured.ts';
import { measure } from './metrics.ts';
import type { ModelTokenizer } from './models.ts';
import { replyLoss } from './reply-loss.ts';
import { fineTune } from './training.ts';

/** What the person must allow, notebook by notebook, before a function does anything. */
export const PERMISSIONS = ['conversations', 'endpoint'] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** What a function gets beside its arguments. */
export interface FunctionContext {
  signal: AbortSignal;
  /** Reports progress to the cell. */
  emit(event: unknown): void;
  /** The model that answers; the one in memory, else the embedded one. */
  model(): Promise<LoadedModel>;
  /** Its tokenizer and chat template, without the weights. */
  tokenizer(): Promise<ModelTokenizer>;
  /** Rejects with `refused` unless the person allows it. */
  require(permission: Permission): Promise<void>;
}

export interface NotebookFunction {
  args: z.ZodType<unknown[]>;
  /** The same arguments give the same result for as long as the page and the model stay. */
  cached?: boolean;
  run(args: unknown[], context: FunctionContext): Promise<unknown>;
}

const text = z.string().max(2_000_000);
const texts = z.array(text).max(200_000);
const name = z.string().max(200);
const messages = z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: text })).min(1).max(5000);
const utterances = z.array(z.object({ speaker: z.enum(['seeker', 'supporter']), text })).max(5000);
const pairs = z.array(z.object({ id: z.union([z.string(), z.number()]), hyp: text, ref: text })).max(200_000);
const dialogues = z
  .array(
    z.object({
      id: text,
      utterances: z.array(z.object({ speaker: z.enum(['seeker', 'supporter']), text, strategy: text.optional() })),
      scene: text.optional(),
      emotion: text.optional(),
    }),
  )
  .max(200_000);
const training = z.object({
  dialogues,
  representation: z.enum(REPRESENTATION_IDS).optional(),
  system: text.optional(),
  maxTokens: z.number().int().min(16).max(2048).optional(),
  maxSteps: z.number().int().min(1).max(10_000).optional(),
  epochs: z.number().int().min(1).max(100).optional(),
  learningRate: z.number().positive().max(1).optional(),
  seed: z.number().int().min(0).max(0xffffffff).optional(),
  lora: z.object({ rank: z.number().int().min(1).max(64), alpha: z.number().positive(), dropout: z.number().min(0).max(0.9) }).partial().optional(),
});
/** As much as is read on the page's own thread; more belongs into the view of datasets, which has a worker. */
const LARGEST_FILE = 8_000_000;
const files = z.array(z.instanceof(File)).min(1).max(20);
const compression = z.object({
  representation: z.enum(REPRESENTATION_IDS),
  tagger: z.enum(TAGGER_IDS).optional(),
  keep: z.array(z.enum(UPOS)).optional(),
});
const decoding = z.object({
  temperature: z.number().min(0).max(5).default(PAPER_DECODING.temperature),
  topP: z.number().min(0).max(1).default(PAPER_DECODING.topP),
  topK: z.number().int().min(0).max(1000).default(PAPER_DECODING.topK),
  maxNewTokens: z.number().int().min(1).max(1024).default(32),
  seed: z.number().int().min(0).max(0xffffffff).default(1),
});
const judged = z.object({ context: utterances, candidate: text, reference: text.default('') });
const judging = z.object({ repeats: z.number().int().min(1).max(20), retries: z.number().int().min(0).max(5), temperature: z.number().min(0).max(5), seed: z.number().int().min(0) }).partial();
const contextRequest = z.object({
  system: text.optional(),
  utterances,
  options: compression,
  budget: z.number().positive().nullable().default(null),
  reserve: z.number().int().min(0).default(0),
  newestWhole: z.boolean().optional(),
});

/** Pairs a schema of arguments with the function that takes them. */
function define<Args extends unknown[]>(
  args: z.ZodType<Args>,
  run: (args: Args, context: FunctionContext) => Promise<unknown>,
  options: { cached?: boolean } = {},
): NotebookFunction {
  return { args, run: (given, context) => run(given as Args, context), ...options };
}

/**
 * All that a notebook can ask of the lab. What is not in this table can't be reached from a notebook: no keys, no
 * settings, no files, no addresses. Everything is plain data, in and out.
 */
export const NOTEBOOK_FUNCTIONS: Record<string, NotebookFunction> = {
  compress: define(z.tuple([texts, compression]), ([given, options], { signal }) => compress(given, options, signal)),

  prepareContext: define(z.tuple([contextRequest]), async ([request], { signal, tokenizer }) => prepareContext(request, await tokenizer(), signal)),

  countTokens: define(z.tuple([texts]), async ([given], { tokenizer }) => (await tokenizer()).countTokens(given)),

  renderPrompt: define(z.tuple([messages]), async ([given], { tokenizer }) => (await tokenizer()).renderPrompt(given)),

  model: define(z.tuple([]), async (_, { model }) => (await model()).info),

  generate: define(z.tuple([messages, decoding.prefault({})]), ([given, how], context) => generate(given, how, context), { cached: true }),

  score: define(z.tuple([text]), async ([given], { model, signal }) => (await model()).score(given, signal), { cached: true }),

  replyLoss: define(
    z.tuple([messages, text]),
    async ([given, reply], { model, signal }) => replyLoss(await model(), given, reply, signal),
    { cached: true },
  ),

  measure: define(
    z.tuple([pairs, z.object({ meteor: z.boolean().optional() }).prefault({})]),
    ([given, options], { signal, emit }) => measure(given, { ...options, signal, onProgress: (done, total) => emit({ done, total }) }),
    { cached: true },
  ),

  dialogues: define(z.tuple([]), async () => (await builtInDataset()).dialogues),
  readDataset: define(z.tuple([files]), ([given], { signal }) => {
    const large = given.find(({ size }) => size > LARGEST_FILE);
    if (!large) return readDataset(given, { signal });
    throw new LabError({ code: 'unsupported', where: large.name, what: 'This file is too large for a notebook.', todo: 'Take a part of it, or import it as a dataset and evaluate it there.' });
  }),
  statistics: define(z.tuple([dialogues]), async ([given]) => statisticsOf(given)),

  judgeReply: define(
    z.tuple([judged, judging.prefault({})]),
    async ([item, options], { model, signal }) => judge(await model(), replyPrompt(item), { ...options, signal }),
    { cached: true },
  ),
  weightedScores: define(
    z.tuple([judged]),
    async ([item], { model, signal }) => weightedScores(await model(), replyPrompt(item), signal),
    { cached: true },
  ),
  compareReplies: define(
    z.tuple([utterances, text, text]),
    async ([context, first, second], { model, signal }) => compareReplies(await model(), context, first, second, { signal }),
    { cached: true },
  ),

  fineTune: define(z.tuple([training]), async ([task], { signal, emit }) => {
    const { rows, skipped, truncated, device, stopped, lora, adapter } = await fineTune({ ...task, signal, onProgress: emit });
    return { rows, skipped, truncated, device, stopped, lora, parameters: adapter.reduce((sum, { data }) => sum + data.length, 0) };
  }),

  measured: define(z.tuple([]), () => listMeasured()),
  result: define(z.tuple([name]), async ([file]) => summarySchema.parse(JSON.parse(await readMeasured('results', file)))),
  runLog: define(z.tuple([name]), ([file]) => readMeasured('runs', file)),

  conversations: define(z.tuple([]), async (_, { require }) => {
    await require('conversations');
    const library = conversations();
    const heads = await library.list();
    const whole = await Promise.all(heads.map(({ id }) => library.get(id)));
    return whole.flatMap((each) =>
      each ? [{ title: each.title, messages: [...each.messages.values()].map(({ speaker, text: said, createdAt }) => ({ speaker, text: said, createdAt })) }] : [],
    );
  }),
};

async function generate(given: z.output<typeof messages>, how: z.output<typeof decoding>, { model, signal, emit }: FunctionContext): Promise<unknown> {
  let reply = '';
  for await (const event of (await model()).stream(given, how, signal)) {
    if (event.type === 'text') emit((reply += event.text));
    else if (event.type === 'done') return { text: reply, reason: event.reason, stats: event.stats };
  }
  return { text: reply, reason: 'cancelled' };
}
