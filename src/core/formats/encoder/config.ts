import { z } from 'zod';
import { LabError } from '../../error.ts';
import { checkJson } from '../../json.ts';

const count = z.number().int().positive();

const schema = z.object({
  model_type: z.literal('bert'),
  hidden_act: z.literal('gelu'),
  position_embedding_type: z.literal('absolute').default('absolute'),
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count.max(1000),
  num_attention_heads: count,
  vocab_size: count,
  max_position_embeddings: count,
  type_vocab_size: count,
  layer_norm_eps: z.number().positive(),
});

/** Shape of a BERT encoder. */
export interface EncoderConfig {
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  vocabSize: number;
  /** Maximum text length in tokens, including special tokens. */
  maxPositions: number;
  tokenTypes: number;
  normEpsilon: number;
}

/**
 * Reads the config.json of a BERT encoder.
 * @throws {LabError} `bad-config` for other models, naming the first invalid field.
 */
export function parseEncoderConfig(json: unknown): EncoderConfig {
  const config = checkJson(schema, json, 'config.json', {
    todo: 'Use a BERT encoder (model_type "bert"), such as all-MiniLM-L6-v2.',
  });
  if (config.hidden_size % config.num_attention_heads !== 0) {
    throw new LabError({
      code: 'bad-config',
      where: 'config.json',
      what: `${config.num_attention_heads} heads do not divide the ${config.hidden_size} hidden values.`,
      todo: 'Use the config.json that belongs to the weights.',
    });
  }
  return {
    hiddenSize: config.hidden_size,
    intermediateSize: config.intermediate_size,
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    vocabSize: config.vocab_size,
    maxPositions: config.max_position_embeddings,
    tokenTypes: config.type_vocab_size,
    normEpsilon: config.layer_norm_eps,
  };
}
