import { z } from 'zod';
import { sha256Schema } from '../sha256.ts';
import { NEWEST_RULES } from '../context/sent.ts';
import { PAPER_DECODING } from '../engine/engine.ts';
import { LabError } from '../error.ts';
import { faultMessage, faultyField } from '../json.ts';
import { describeHistory } from '../compression/history/create.ts';
import { historySchema, type HistorySpec } from '../compression/history/spec.ts';
import {
  REPRESENTATION_IDS,
  REPRESENTATIONS,
  TAGGER_IDS,
  type RepresentationId,
} from '../compression/representation.ts';
import { weightsSchema } from './weights.ts';

const PLAN_FORMAT = 'solace-lab-plan';

const whole = z.int().nonnegative();
const positive = z.int().positive();
const seed = z.int().min(0).max(0xffffffff);
const id = z.string().min(1).max(500);

const modelSchema = z.discriminatedUnion('kind', [
  /** A model in this browser, or one that comes with the lab, by its id. */
  z.strictObject({ kind: z.literal('lab'), id, name: z.string(), weights: weightsSchema.optional() }),
  /**
   * An exported ONNX folder, or the name of a model that comes with the lab; `template` replaces the model's own chat
   * template. With `weights`, a run refuses a model with others.
   */
  z.strictObject({
    kind: z.literal('folder'),
    id,
    name: z.string(),
    folder: z.string(),
    template: z.enum(['own', 'chatml']).default('own'),
    weights: weightsSchema.optional(),
  }),
  /** A model behind an OpenAI-compatible server. Keys never enter a plan. */
  z.strictObject({ kind: z.literal('endpoint'), id, name: z.string(), baseUrl: z.string(), model: z.string() }),
]);

/**
 * Defines an evaluation run so that it can be reproduced: version 1 of the file that `lab evaluate --plan` reads and
 * the page exports. Defaults are the paper's.
 */
export const planSchema = z
  .strictObject({
    format: z.literal(PLAN_FORMAT),
    version: z.literal(1),
    name: z.string().min(1).max(200),
    /** Notes for readers, e.g. why a cap was chosen. */
    note: z.string().max(2000).default(''),
    dataset: z.strictObject({
      name: z.string().min(1),
      /** The id of a built-in dataset, or a path; in the page the id of any dataset. */
      source: z.string().min(1),
      /** SHA-256 of the source's bytes as stored, lower-case hexadecimal; absent until computed. */
      sha256: sha256Schema.optional(),
    }),
    /**
     * `roll-out`: every reply follows the model's own earlier ones in the dialogue, between the seeker's lines as they
     * are in the dataset. Absent: it follows the original ones.
     */
    mode: z.literal('roll-out').optional(),
    sample: z
      .strictObject({
        seed: seed.default(1),
        /** Number of dialogues drawn at random; null takes all. By default all, or 20 of a roll-out. */
        dialogues: positive.nullable().default(null),
        /** Number of supporter turns drawn per dialogue, of a roll-out its first ones; null takes all. */
        turns: positive.nullable().default(null),
        /** Words before a turn that is drawn, at least and at most: e.g. so many that a budget binds. Absent: any. */
        minWordsBefore: positive.optional(),
        maxWordsBefore: positive.optional(),
        /** How many of these get a reply from the model in addition to a likelihood; null for all. */
        replies: whole.nullable().default(null),
      })
      .prefault({}),
    /**
     * How turns and replies are seeded: 2 by a dialogue's content; 1, in plans older than this field, by its id, which
     * contains the name of the dataset's file.
     */
    sampling: z.union([z.literal(1), z.literal(2)]).default(2),
    /**
     * How the seeker's newest utterance is sent: `never-empty`, as in chat, sends it as written if a compression leaves
     * nothing of it; `compressed`, in plans older than this field, then sends nothing.
     */
    newest: z.enum(NEWEST_RULES).default('never-empty'),
    models: z.array(modelSchema).min(1),
    representations: z
      .array(z.enum(REPRESENTATION_IDS))
      .min(1)
      .default([...REPRESENTATION_IDS]),
    /**
     * Ways to shorten the whole conversation, each a condition in addition to the compressions. Absent in plans without
     * any.
     */
    histories: z.array(historySchema).max(50).optional(),
    tagger: z.enum(TAGGER_IDS).default('wink'),
    /** System message; if blank, the template decides. */
    system: z.string().default(''),
    decoding: z
      .strictObject({
        temperature: z.number().min(0).default(PAPER_DECODING.temperature),
        topP: z.number().gt(0).max(1).default(PAPER_DECODING.topP),
        topK: whole.default(PAPER_DECODING.topK),
        maxNewTokens: positive.default(PAPER_DECODING.maxNewTokens),
        seed: seed.default(1),
      })
      .prefault({}),
    metrics: z
      .strictObject({
        /** Whether to compute the likelihood of the original reply given its context. */
        perplexity: z.boolean().default(true),
        /**
         * Whether to compute that of the original reply compressed as its context is, too. Absent in plans without
         * it.
         */
        compressedPerplexity: z.boolean().optional(),
        meteor: z.boolean().default(true),
        bertscore: z.boolean().default(false),
      })
      .prefault({}),
    /** Software versions that wrote the plan, by name. */
    versions: z.record(z.string(), z.string()).default({}),
  })
  .superRefine((plan, context) => {
    const ids = plan.models.map((model) => model.id);
    if (new Set(ids).size < ids.length)
      context.addIssue({ code: 'custom', path: ['models'], message: 'two models have the same id' });
    if (plan.mode === 'roll-out' && plan.sample.replies !== null)
      context.addIssue({ code: 'custom', path: ['sample', 'replies'], message: 'a roll-out replies to every turn' });
    const histories = (plan.histories ?? []).map((spec) => describeHistory(spec).id);
    if (new Set(histories).size < histories.length)
      context.addIssue({ code: 'custom', path: ['histories'], message: 'the same history is listed twice' });
  });

export type EvaluationPlan = z.output<typeof planSchema>;
export type PlanInput = z.input<typeof planSchema>;
export type PlanModel = EvaluationPlan['models'][number];

/** One condition of a run: how the models see a conversation. */
export type PlanCondition = { id: RepresentationId; name: string } | { id: string; name: string; history: HistorySpec };

/** The conditions of a plan: its compressions of utterances, then its histories. */
export function conditionsOf({
  representations,
  histories = [],
}: Pick<EvaluationPlan, 'representations' | 'histories'>): PlanCondition[] {
  return [
    ...representations.map((id) => ({ id, name: REPRESENTATIONS[id].name })),
    ...histories.map((history) => {
      const { id, name } = describeHistory(history);
      return { id, name, history };
    }),
  ];
}

/** The behaviour of plans older than these fields. */
const BEFORE_THE_CHOICE = { sampling: 1, newest: 'compressed' } as const;

/** A stored plan: fields that it lacks did not exist when it was written. */
export const asStored = <Plan extends object>(plan: Plan): typeof BEFORE_THE_CHOICE & Plan => ({
  ...BEFORE_THE_CHOICE,
  ...plan,
});

/** The schema of such a plan. */
export const storedPlanSchema = z.preprocess(
  (json) => (typeof json === 'object' && json !== null ? asStored(json) : json),
  planSchema,
);

/**
 * Reads a plan.
 * @throws {LabError} `bad-config` naming the first field at fault.
 */
export const parsePlan = (json: unknown, where = 'The plan'): EvaluationPlan =>
  parseWith(planSchema, asWritten(json), where);

/** Number of dialogues of a roll-out whose plan names none. */
export const ROLL_OUT_DIALOGUES = 20;

/** A plan as a person writes it: a roll-out takes fewer dialogues, because it replies to all of their turns. */
function asWritten(json: unknown): unknown {
  const written = z.looseObject({ mode: z.literal('roll-out'), sample: z.looseObject({}).default({}) }).safeParse(json);
  if (!written.success) return json;
  return { ...written.data, sample: { dialogues: ROLL_OUT_DIALOGUES, ...written.data.sample } };
}

/**
 * Reads the plan of a stored run.
 * @throws {LabError} `bad-config` naming the first field at fault.
 */
export const parseStoredPlan = (json: unknown, where: string): EvaluationPlan =>
  parseWith(storedPlanSchema, json, where);

function parseWith(schema: z.ZodType<EvaluationPlan>, json: unknown, where: string): EvaluationPlan {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const field = faultyField(parsed.error);
  throw new LabError({
    code: 'bad-config',
    where: field ? `${where}, ${field}` : where,
    what: faultMessage(parsed.error),
    todo: 'Correct the plan, or make one on the page of runs.',
  });
}
