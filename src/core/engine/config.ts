import { z } from 'zod';
import { checkJson, readJson, type ModelFiles } from './files.ts';

const count = z.int().positive();
const tokenIds = z
  .union([z.int(), z.array(z.int())])
  .nullish()
  .transform((ids) => (ids == null ? [] : [ids].flat()));

/** What running a decoder needs of config.json; other fields are left alone. */
const configSchema = z.looseObject({
  model_type: z.string(),
  hidden_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.optional(),
  head_dim: count.nullish(),
  vocab_size: count,
  max_position_embeddings: count.optional(),
  eos_token_id: tokenIds,
});

const generationSchema = z.looseObject({ eos_token_id: tokenIds });

/** A decoder's shape and its end-of-reply ids. */
export interface DecoderConfig {
  modelType: string;
  hiddenSize: number;
  layers: number;
  kvHeads: number;
  headSize: number;
  vocabulary: number;
  contextWindow: number;
  eosIds: number[];
}

/** Reads config.json and generation_config.json. Throws `missing-file` or `bad-config`. */
export async function readDecoderConfig(files: ModelFiles): Promise<DecoderConfig> {
  const config = checkJson(configSchema, await readJson(files, 'config.json'), `${files.name}/config.json`);
  const generation = await readJson(files, 'generation_config.json', true);
  const eos =
    generation === undefined
      ? []
      : checkJson(generationSchema, generation, `${files.name}/generation_config.json`).eos_token_id;
  return {
    modelType: config.model_type,
    hiddenSize: config.hidden_size,
    layers: config.num_hidden_layers,
    kvHeads: config.num_key_value_heads ?? config.num_attention_heads,
    headSize: config.head_dim ?? Math.floor(config.hidden_size / config.num_attention_heads),
    vocabulary: config.vocab_size,
    contextWindow: config.max_position_embeddings ?? 2048,
    eosIds: [...new Set([...eos, ...config.eos_token_id])],
  };
}
