import { z } from 'zod';
import { LabError } from '../error.ts';

const count = z
  .number()
  .int()
  .positive()
  .max(2 ** 31);
const tokenIds = z.union([z.number().int().nonnegative(), z.array(z.number().int().nonnegative())]).nullish();

const ropeSettings = z
  .looseObject({
    rope_type: z.string().optional(),
    type: z.string().optional(),
    rope_theta: z.number().positive().optional(),
    partial_rotary_factor: z.number().optional(),
  })
  .nullish();

/** The fields of `config.json` for a decoder's shape (Hugging Face names), of any architecture. */
const shapeSchema = z.looseObject({
  model_type: z.string(),
  hidden_size: count,
  num_hidden_layers: count.max(1024),
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  vocab_size: count,
  max_position_embeddings: count,
});

/** Further fields for the supported architectures. */
const configSchema = shapeSchema.extend({
  intermediate_size: count,
  rms_norm_eps: z.number().positive(),
  rope_theta: z.number().positive().nullish(),
  rope_scaling: ropeSettings,
  rope_parameters: ropeSettings,
  sliding_window: count.nullish(),
  use_sliding_window: z.boolean().nullish(),
  max_window_layers: z.number().int().nonnegative().nullish(),
  layer_types: z.array(z.string()).nullish(),
  tie_word_embeddings: z.boolean().nullish(),
  attention_bias: z.boolean().nullish(),
  mlp_bias: z.boolean().nullish(),
  hidden_act: z.string().nullish(),
  partial_rotary_factor: z.number().nullish(),
  bos_token_id: tokenIds,
  eos_token_id: tokenIds,
});

const llama3Scaling = z.looseObject({
  factor: z.number().positive(),
  low_freq_factor: z.number().positive(),
  high_freq_factor: z.number().positive(),
  original_max_position_embeddings: count,
});
const linearScaling = z.looseObject({ factor: z.number().positive() });

export type RopeScaling =
  | { type: 'none' }
  | { type: 'linear'; factor: number }
  | { type: 'llama3'; factor: number; lowFreqFactor: number; highFreqFactor: number; originalContext: number };

export const ARCHITECTURES = ['llama', 'mistral', 'qwen2'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** The sizes of a decoder, as needed to run an exported graph. */
export interface DecoderShape {
  hiddenSize: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  vocabSize: number;
  /** Number of positions that the model was trained for. */
  contextLength: number;
}

/** A Llama-shaped decoder: pre-norm RMSNorm, rotary grouped-query attention, gated SiLU feed-forward. */
export interface ModelConfig extends DecoderShape {
  architecture: Architecture;
  intermediateSize: number;
  normEpsilon: number;
  ropeTheta: number;
  ropeScaling: RopeScaling;
  /** Sliding window of each layer, in keys including the current one; null for all. */
  windows: (number | null)[];
  /** Whether the output matrix is the embedding matrix. */
  tied: boolean;
  /** Whether a Llama has biases; Mistral has none, Qwen2 those of q, k and v. */
  biases: { attention: boolean; feedForward: boolean };
  bosTokenIds: number[];
  eosTokenIds: number[];
}

/**
 * Reads the sizes of a decoder of any architecture from the JSON of a `config.json`. There is no default context
 * window: a file without `max_position_embeddings` is refused, because a guess would truncate conversations or run past
 * the end.
 * @param where file name for messages.
 * @throws {LabError} `bad-config` for missing, impossible or contradictory values.
 */
export function parseShape(json: unknown, where = 'config.json'): DecoderShape {
  return shapeOf(check(shapeSchema, json, where, 'It does not describe a model.'), where);
}

function shapeOf(c: z.infer<typeof shapeSchema>, where: string): DecoderShape {
  const kvHeads = c.num_key_value_heads ?? c.num_attention_heads;
  const wrong: string[] = [];
  if (!c.head_dim && c.hidden_size % c.num_attention_heads !== 0)
    wrong.push(`hidden_size ${c.hidden_size} is no multiple of num_attention_heads ${c.num_attention_heads}`);
  if (c.num_attention_heads % kvHeads !== 0)
    wrong.push(`num_attention_heads ${c.num_attention_heads} is no multiple of num_key_value_heads ${kvHeads}`);
  if (wrong.length > 0) throw contradiction(wrong, where);
  return {
    hiddenSize: c.hidden_size,
    layers: c.num_hidden_layers,
    heads: c.num_attention_heads,
    kvHeads,
    headDim: c.head_dim ?? c.hidden_size / c.num_attention_heads,
    vocabSize: c.vocab_size,
    contextLength: c.max_position_embeddings,
  };
}

function contradiction(wrong: readonly string[], where: string): LabError {
  return new LabError({
    code: 'bad-config',
    what: `Its values contradict each other: ${wrong.join('; ')}.`,
    where,
    todo: 'Use the config.json that belongs to the weights.',
  });
}

/**
 * Reads the JSON of a `config.json`.
 * @param where file name for messages.
 * @throws {LabError} `bad-config` for missing or impossible values, `unsupported` for architectures and options not
 * built here.
 */
export function parseConfig(json: unknown, where = 'config.json'): ModelConfig {
  const c = check(configSchema, json, where, 'It does not describe a model.');
  // Either spelling; of both, Transformers 5 takes rope_scaling, unless it is empty.
  const rope = Object.keys(c.rope_scaling ?? {}).length > 0 ? (c.rope_scaling ?? {}) : (c.rope_parameters ?? {});
  const architecture = ARCHITECTURES.find((name) => name === c.model_type);
  if (!architecture)
    throw unsupported(
      where,
      `The model type "${c.model_type}" is not supported.`,
      `Supported are ${ARCHITECTURES.join(', ')}.`,
    );
  // As in Gemma 3: a set of values for each kind of layer.
  const nested = Object.entries(rope)
    .filter(([, value]) => typeof value === 'object' && value !== null && !Array.isArray(value))
    .map(([name]) => name);
  if (nested.length > 0)
    throw unsupported(
      where,
      `Its rotary embeddings differ by kind of layer (${nested.join(', ')}), which is not supported.`,
      'Use another model.',
    );
  if ((c.hidden_act ?? 'silu') !== 'silu')
    throw unsupported(where, `The activation "${c.hidden_act}" is not supported.`, 'Only silu is.');
  if ((rope.partial_rotary_factor ?? c.partial_rotary_factor ?? 1) !== 1)
    throw unsupported(where, 'Partial rotary embeddings are not supported.', 'Use another model.');
  const shape = shapeOf(c, where);
  if (shape.headDim % 2 !== 0) throw contradiction([`the head size ${shape.headDim} is odd`], where);
  return {
    ...shape,
    architecture,
    intermediateSize: c.intermediate_size,
    normEpsilon: c.rms_norm_eps,
    ropeTheta: rope.rope_theta ?? c.rope_theta ?? c.rope_parameters?.rope_theta ?? 10000,
    ropeScaling: parseScaling(rope, where),
    windows: Array.from({ length: c.num_hidden_layers }, (_, layer) => windowOf(c, architecture, layer)),
    tied: c.tie_word_embeddings ?? false,
    biases: { attention: c.attention_bias ?? false, feedForward: c.mlp_bias ?? false },
    bosTokenIds: idList(c.bos_token_id),
    eosTokenIds: idList(c.eos_token_id),
  };
}

/** Defaults of MistralConfig and Qwen2Config of Transformers for missing keys. */
const DEFAULTS = { window: 4096, maxWindowLayers: 28 };

/**
 * Mistral windows every layer, whatever `layer_types` says; Qwen2 only when asked to, and only layers from
 * `max_window_layers` on. No `sliding_window` means the default of Transformers, null means none.
 */
function windowOf(c: z.infer<typeof configSchema>, architecture: Architecture, layer: number): number | null {
  if (architecture === 'llama' || (architecture === 'qwen2' && !c.use_sliding_window)) return null;
  const window = c.sliding_window === undefined ? DEFAULTS.window : c.sliding_window;
  if (architecture === 'mistral') return window;
  const windowed = c.layer_types
    ? c.layer_types[layer] === 'sliding_attention'
    : layer >= (c.max_window_layers ?? DEFAULTS.maxWindowLayers);
  return windowed ? window : null;
}

const INCOMPLETE = 'rope_scaling is incomplete.';

function parseScaling(
  scaling: { rope_type?: string | undefined; type?: string | undefined } | null | undefined,
  where: string,
): RopeScaling {
  const type = scaling?.rope_type ?? scaling?.type ?? 'default';
  if (type === 'default') return { type: 'none' };
  if (type === 'linear') return { type, factor: check(linearScaling, scaling, where, INCOMPLETE).factor };
  if (type === 'llama3') {
    const s = check(llama3Scaling, scaling, where, INCOMPLETE);
    return {
      type,
      factor: s.factor,
      lowFreqFactor: s.low_freq_factor,
      highFreqFactor: s.high_freq_factor,
      originalContext: s.original_max_position_embeddings,
    };
  }
  throw unsupported(where, `The rope scaling "${type}" is not supported.`, 'Supported are linear and llama3.');
}

/** The longest context in which no layer's window hides a key: still exact in a format without windows. */
export function contextBeforeWindow({ contextLength, windows }: ModelConfig): number {
  return windows.reduce<number>((shortest, window) => Math.min(shortest, window ?? Infinity), contextLength);
}

function check<T>(schema: z.ZodType<T>, value: unknown, where: string, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new LabError({
    code: 'bad-config',
    what: `${what} ${z.prettifyError(parsed.error)}`,
    where,
    todo: 'Use the config.json that belongs to the weights.',
  });
}

function unsupported(where: string, what: string, todo: string): LabError {
  return new LabError({ code: 'unsupported', what, where, todo });
}

function idList(ids: number | number[] | null | undefined): number[] {
  return ids == null ? [] : Array.isArray(ids) ? ids : [ids];
}

/** Rotation frequencies in radians per position, one for each pair of a head's dimensions. */
export function ropeFrequencies(config: ModelConfig): Float64Array {
  const { headDim, ropeTheta, ropeScaling: s } = config;
  return Float64Array.from({ length: headDim / 2 }, (_, k) => {
    const frequency = ropeTheta ** ((-2 * k) / headDim);
    if (s.type === 'none') return frequency;
    if (s.type === 'linear') return frequency / s.factor;
    // Llama 3.1: long wavelengths are stretched, short ones kept, and those in between interpolated.
    const turns = (s.originalContext * frequency) / (2 * Math.PI);
    const keep = Math.min(1, Math.max(0, (turns - s.lowFreqFactor) / (s.highFreqFactor - s.lowFreqFactor)));
    return frequency * (keep + (1 - keep) / s.factor);
  });
}
