import { z } from 'zod';
import { LabError } from '../../error.ts';
import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { parseJson } from '../../json.ts';
import { TOKENIZER_REQUIRED } from '../checkpoint/side-files.ts';
import { contextBeforeWindow, type ModelConfig } from '../config.ts';
import type { Conversation } from './conversation.ts';
import type { MlcDtype } from './format.ts';

/** Prefill chunk in tokens; WebLLM's libraries are compiled for this size (`_cs1k`). */
const PREFILL_CHUNK = 1024;
/** Attention sinks: first tokens kept with a sliding window; mlc-llm's default. */
const SINKS = 4;

const generationSchema = z.looseObject({
  temperature: z.number().nullish(),
  top_p: z.number().nullish(),
  repetition_penalty: z.number().nullish(),
});
const modelSchema = z.looseObject({ pad_token_id: z.int().nullish() });
const parts = z.looseObject({
  type: z.string().optional(),
  prepend: z.string().optional(),
  content: z.string().optional(),
  start: z.number().optional(),
});
const tokenizerSchema = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.int() })).nullish(),
  normalizer: parts.extend({ normalizers: z.array(parts).optional() }).nullish(),
  decoder: parts.extend({ decoders: z.array(parts).optional() }).nullish(),
  model: z.looseObject({
    vocab: z.union([z.record(z.string(), z.int()), z.array(z.unknown())]).optional(),
    merges: z.union([z.array(z.string()), z.array(z.array(z.string()))]).optional(),
  }),
});

/**
 * mlc-llm's Mistral uses one window in every layer; its Llama and Qwen2, and a Mistral whose layers differ, use the
 * whole context, which is then limited to where the shortest window would begin to hide keys.
 */
export function mlcWindow({ architecture, windows }: ModelConfig): number | null {
  const [first = null] = windows;
  return architecture === 'mistral' && windows.every((window) => window === first) ? first : null;
}

/** In mlc-llm's spelling; it refuses to compile an unknown kind rather than ignore it. */
function mlcRopeScaling({ ropeScaling: s }: ModelConfig): Record<string, unknown> | null {
  if (s.type === 'none') return null;
  if (s.type === 'linear') return { rope_type: 'linear', factor: s.factor };
  return {
    rope_type: 'llama3',
    factor: s.factor,
    low_freq_factor: s.lowFreqFactor,
    high_freq_factor: s.highFreqFactor,
    original_max_position_embeddings: s.originalContext,
  };
}

/** The contents of mlc-chat-config.json. */
export function chatConfig(
  source: Checkpoint,
  dtype: MlcDtype,
  conversation: Conversation,
  contextLength = source.config.contextLength,
): Record<string, unknown> {
  const { config } = source;
  const json = modelSchema.parse(parseJson(source.files.get('config.json') ?? '{}', 'config.json'));
  const generation = generationSchema.parse(
    parseJson(source.files.get('generation_config.json') ?? '{}', 'generation_config.json'),
  );
  const window = mlcWindow(config);
  const context = window === null ? Math.min(contextLength, contextBeforeWindow(config)) : -1;
  const sizes = {
    context_window_size: context,
    prefill_chunk_size: PREFILL_CHUNK,
    tensor_parallel_shards: 1,
    pipeline_parallel_stages: 1,
  };
  const [bos = null] = config.bosTokenIds;
  const eos = config.eosTokenIds.length === 1 ? config.eosTokenIds[0] : config.eosTokenIds;
  return {
    version: '0.1.0',
    model_type: config.architecture,
    quantization: dtype,
    model_config: {
      hidden_size: config.hiddenSize,
      intermediate_size: config.intermediateSize,
      num_attention_heads: config.heads,
      num_hidden_layers: config.layers,
      rms_norm_eps: config.normEpsilon,
      vocab_size: config.vocabSize,
      tie_word_embeddings: config.tied,
      position_embedding_base: config.ropeTheta,
      rope_scaling: mlcRopeScaling(config),
      num_key_value_heads: config.kvHeads,
      head_dim: config.headDim,
      ...sizes,
      ...(window !== null && { sliding_window_size: window, attention_sink_size: SINKS }),
      max_batch_size: 128,
      disaggregation: false,
    },
    vocab_size: config.vocabSize,
    active_vocab_size: tokenCount(source) ?? config.vocabSize,
    ...sizes,
    sliding_window_size: window ?? -1,
    attention_sink_size: window === null ? -1 : SINKS,
    temperature: generation.temperature ?? 1,
    presence_penalty: 0,
    frequency_penalty: 0,
    repetition_penalty: generation.repetition_penalty ?? 1,
    top_p: generation.top_p ?? 1,
    tokenizer_files: TOKENIZER_REQUIRED,
    tokenizer_info: tokenizerInfo(source),
    conv_template: conversation,
    pad_token_id: json.pad_token_id ?? config.eosTokenIds[0] ?? null,
    bos_token_id: bos,
    eos_token_id: eos,
    model_task: 'chat',
    embedding_metadata: null,
  };
}

/** The tokenizer's files, with merges as strings for older readers of tokenizer.json. */
export function tokenizerForMlc(source: Checkpoint): [name: string, content: string][] {
  return TOKENIZER_REQUIRED.map((name): [string, string] => {
    const text = source.files.get(name);
    if (text === undefined)
      throw new LabError({
        code: 'missing-file',
        what: `There is no ${name}.`,
        where: source.name,
        todo: "Put the model's tokenizer files next to its weights.",
      });
    if (name !== 'tokenizer.json') return [name, text];
    const json = tokenizerSchema.parse(parseJson(text, name));
    const { merges } = json.model;
    if (!merges?.some((merge) => Array.isArray(merge))) return [name, text];
    return [
      name,
      JSON.stringify({
        ...json,
        model: { ...json.model, merges: merges.map((merge) => (Array.isArray(merge) ? merge.join(' ') : merge)) },
      }),
    ];
  });
}

function readTokenizer(source: Checkpoint): z.infer<typeof tokenizerSchema> {
  return tokenizerSchema.parse(parseJson(source.files.get('tokenizer.json') ?? '{"model":{}}', 'tokenizer.json'));
}

function tokenCount(source: Checkpoint): number | undefined {
  const { model, added_tokens } = readTokenizer(source);
  const ids = Array.isArray(model.vocab) ? [model.vocab.length - 1] : Object.values(model.vocab ?? {});
  const last = [...ids, ...(added_tokens ?? []).map(({ id }) => id)].reduce((a, b) => Math.max(a, b), -1);
  return last < 0 ? undefined : Math.min(last + 1, source.config.vocabSize);
}

/** What mlc-llm infers from a tokenizer's file. */
function tokenizerInfo(source: Checkpoint): Record<string, unknown> {
  const { normalizer, decoder } = readTokenizer(source);
  const normalizers = [normalizer, ...(normalizer?.normalizers ?? [])];
  const decoders = [decoder, ...(decoder?.decoders ?? [])];
  return {
    token_postproc_method: decoders.some((part) => part?.type === 'ByteLevel') ? 'byte_level' : 'byte_fallback',
    prepend_space_in_encode: normalizers.some((part) => part?.type === 'Prepend' && part.prepend === '▁'),
    strip_space_in_decode: decoders.some(
      (part) => part?.type === 'Strip' && part.content === ' ' && (part.start ?? 0) > 0,
    ),
  };
}
