import { LabError } from '../../error.ts';
import type { Architecture } from '../config.ts';
import { type GgufHeader, type GgufMetadata } from './types.ts';

/** Architecture names of llama.cpp for the supported models; Mistral files say `llama`. */
const GGUF_ARCHITECTURES = ['llama', 'qwen2'] as const;
export type GgufArchitecture = (typeof GGUF_ARCHITECTURES)[number];

/** llama.cpp's name for an architecture. */
export function ggufArchitecture(architecture: Architecture): GgufArchitecture {
  return architecture === 'qwen2' ? 'qwen2' : 'llama';
}

/**
 * The architecture that a file names.
 * @throws {LabError} `unsupported` for others than those above.
 */
export function architectureOf(metadata: GgufMetadata, where: string): GgufArchitecture {
  const named = metadataString(metadata, 'general.architecture') ?? 'none';
  const known = GGUF_ARCHITECTURES.find((name) => name === named);
  if (known) return known;
  throw new LabError({
    code: 'unsupported',
    what: `The architecture "${named}" is not supported.`,
    where,
    todo: `Supported are ${GGUF_ARCHITECTURES.join(', ')}.`,
  });
}

/** A number from the metadata. */
export function metadataNumber(metadata: GgufMetadata, key: string): number | undefined {
  const value = metadata.get(key)?.value;
  return typeof value === 'number' ? value : undefined;
}

/** A string from the metadata. */
export function metadataString(metadata: GgufMetadata, key: string): string | undefined {
  const value = metadata.get(key)?.value;
  return typeof value === 'string' ? value : undefined;
}

/** Whether a file holds an adapter and not a model. */
export function isAdapterGguf(metadata: GgufMetadata): boolean {
  return metadataString(metadata, 'general.type') === 'adapter';
}

/** llama.cpp ends a reply at each of these. */
function endTokens(metadata: GgufMetadata): number | number[] | null {
  const ids = new Set(
    ['eos', 'eot', 'eom'].flatMap((role) => metadataNumber(metadata, `tokenizer.ggml.${role}_token_id`) ?? []),
  );
  return ids.size > 1 ? [...ids] : ([...ids][0] ?? null);
}

/**
 * Rebuilds `config.json` from a GGUF's metadata.
 * @throws {LabError} `unsupported` for other architectures, `bad-file` when a value is missing.
 */
export function configFromGguf(header: GgufHeader, where: string): Record<string, unknown> {
  const { metadata } = header;
  const architecture = architectureOf(metadata, where);
  const get = (key: string): number | undefined => metadataNumber(metadata, `${architecture}.${key}`);
  const need = (key: string): number => {
    const value = get(key);
    if (value === undefined)
      throw new LabError({
        code: 'bad-file',
        what: `Its metadata lacks "${architecture}.${key}".`,
        where,
        todo: "Put the model's config.json next to the file.",
      });
    return value;
  };
  const embedding = header.tensors.find((tensor) => tensor.name === 'token_embd.weight');
  const heads = need('attention.head_count');
  const scaling = metadataString(metadata, `${architecture}.rope.scaling.type`) ?? 'none';
  if (header.tensors.some((tensor) => tensor.name === 'rope_freqs.weight')) {
    throw new LabError({
      code: 'unsupported',
      what: 'Its rotary frequencies are a table (Llama 3.1 and later), which config.json describes better.',
      where,
      todo: "Put the model's config.json next to the file.",
    });
  }
  const headDim = get('attention.key_length') ?? need('embedding_length') / heads;
  const turned = get('rope.dimension_count') ?? headDim;
  if (turned !== headDim) {
    throw new LabError({
      code: 'unsupported',
      what: `Its rotary embedding rotates ${turned} of the ${headDim} values of a head.`,
      where,
      todo: 'Only models that rotate whole heads are supported.',
    });
  }
  return {
    model_type: architecture,
    architectures: [architecture === 'qwen2' ? 'Qwen2ForCausalLM' : 'LlamaForCausalLM'],
    hidden_act: 'silu',
    hidden_size: need('embedding_length'),
    intermediate_size: need('feed_forward_length'),
    num_hidden_layers: need('block_count'),
    num_attention_heads: heads,
    num_key_value_heads: get('attention.head_count_kv') ?? heads,
    head_dim: headDim,
    vocab_size: embedding?.shape[0] ?? get('vocab_size'),
    rms_norm_eps: need('attention.layer_norm_rms_epsilon'),
    rope_theta: get('rope.freq_base') ?? 10000,
    rope_scaling: scaling === 'none' ? null : { rope_type: scaling, factor: get('rope.scaling.factor') },
    max_position_embeddings: need('context_length'),
    // Qwen2 has biases without declaring them.
    ...(architecture === 'llama' && {
      attention_bias: header.tensors.some(({ name }) => /\.attn_(q|k|v|output)\.bias$/.test(name)),
      mlp_bias: header.tensors.some(({ name }) => /\.ffn_(gate|up|down)\.bias$/.test(name)),
    }),
    tie_word_embeddings: !header.tensors.some((tensor) => tensor.name === 'output.weight'),
    bos_token_id: metadataNumber(metadata, 'tokenizer.ggml.bos_token_id') ?? null,
    eos_token_id: endTokens(metadata),
    pad_token_id: metadataNumber(metadata, 'tokenizer.ggml.padding_token_id') ?? null,
  };
}
