import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectedTensors } from '../../src/core/formats/checkpoint/checkpoint.ts';
import { parseConfig } from '../../src/core/formats/config.ts';
import { writeSafetensors } from '../../src/core/formats/safetensors/write.ts';
import { diskFolder } from '../../trainer/files/sink.ts';

/** Architectures that the exporter builds, small enough to compute by hand. */
export const TINY_CONFIGS: Record<string, Record<string, unknown>> = {
  'Llama, tied': {},
  'Llama, untied, with biases everywhere': { tie_word_embeddings: false, attention_bias: true, mlp_bias: true },
  'Llama 3 rope scaling, wide heads': {
    head_dim: 32,
    rope_scaling: {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 16,
    },
  },
  'Llama, linear rope scaling': { rope_scaling: { type: 'linear', factor: 4 } },
  'Mistral with a sliding window': { model_type: 'mistral', sliding_window: 5, tie_word_embeddings: false },
  'Qwen2 with biases': { model_type: 'qwen2' },
  'Qwen2 with a window from the second layer on': {
    model_type: 'qwen2',
    sliding_window: 4,
    use_sliding_window: true,
    max_window_layers: 1,
  },
};

const BASE = {
  model_type: 'llama',
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 300,
  rms_norm_eps: 1e-5,
  rope_theta: 1000,
  max_position_embeddings: 64,
  tie_word_embeddings: true,
  hidden_act: 'silu',
  bos_token_id: 256,
  eos_token_id: 257,
};

/** Token ids of lower-case letters and the space, which are their bytes. */
const SPOKEN = new Set(new TextEncoder().encode('abcdefghijklmnopqrstuvwxyz '));

/** A repeatable stream of roughly normal numbers. */
export function noise(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return () => uniform() + uniform() + uniform() + uniform() - 2;
}

/**
 * Writes a tiny model that writes text: random weights, with a head that allows only lower-case letters and spaces. It
 * never ends a turn, so a reply is as long as allowed.
 */
export function writeTalkingModel(folder: string, changes: Record<string, unknown> = {}): Promise<void> {
  const settings = { tie_word_embeddings: false, max_position_embeddings: 4096, ...changes };
  return writeTinyModel(folder, settings, 1, (name, data, width) => {
    // The first dimension is the same large number after every layer, so a token with a negative head there is never
    // chosen.
    if (/(o_proj|down_proj)/.test(name)) data.fill(0, 0, width);
    if (!/(embed_tokens|lm_head)/.test(name)) return;
    const said = name.includes('lm_head');
    for (let id = 0; id * width < data.length; id++) data[id * width] = said ? (SPOKEN.has(id) ? 0 : -20) : 4;
  });
}

/**
 * Writes a checkpoint of random weights as safetensors, with config and tokenizer; `shape` may change a tensor.
 */
export async function writeTinyModel(
  folder: string,
  changes: Record<string, unknown> = {},
  seed = 1,
  shape?: (name: string, data: Float32Array, width: number) => void,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const json: Record<string, unknown> = { ...BASE, ...changes };
  const config = parseConfig(json);
  const { required, optional } = expectedTensors(config);
  const shapes = new Map(required);
  for (const [name, shape] of optional) {
    const wanted = /self_attn.*bias$/.test(name)
      ? json.attention_bias
      : /mlp.*bias$/.test(name)
        ? json.mlp_bias
        : false;
    if (wanted) shapes.set(name, shape);
  }
  const next = noise(seed);
  const tensors = [...shapes].map(([name, sizes]) => {
    const size = sizes.reduce((a, b) => a * b, 1);
    const isNorm = /norm\.weight$/.test(name);
    const scale = name.includes('embed_tokens') ? 1 : 3 / Math.sqrt(sizes.at(-1) ?? 1);
    const data = Float32Array.from({ length: size }, () =>
      isNorm ? 1 + next() / 4 : next() * (sizes.length === 1 ? 0.5 : scale),
    );
    shape?.(name, data, sizes.at(-1) ?? 1);
    return { name, shape: sizes, data };
  });
  const file = await diskFolder(folder).create('model.safetensors');
  await writeSafetensors(file, tensors);
  await file.close();
  await writeFile(join(folder, 'config.json'), JSON.stringify(json));
  for (const [name, content] of Object.entries(tinyTokenizer(config.vocabSize)))
    await writeFile(join(folder, name), JSON.stringify(content));
}

/** The printable characters for bytes in byte-level BPE. */
function byteSymbols(): string[] {
  let extra = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCodePoint(printable ? byte : 256 + extra++);
  });
}

function tinyTokenizer(vocabSize: number): Record<string, unknown> {
  const symbols = byteSymbols();
  const special = ['<|im_start|>', '<|im_end|>'];
  const merges = [
    ['h', 'e'],
    ['l', 'l'],
    ['he', 'll'],
  ];
  const vocab = Object.fromEntries(
    [...symbols, ...special, ...merges.map((pair) => pair.join(''))].map((token, id) => [token, id]),
  );
  if (Object.keys(vocab).length > vocabSize) throw new Error('vocabulary too small');
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    'tokenizer.json': {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: special.map((content, i) => ({
        id: 256 + i,
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      })),
      normalizer: null,
      pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, byteLevel] },
      post_processor: byteLevel,
      decoder: byteLevel,
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        vocab,
        merges: merges.map((pair) => pair.join(' ')),
      },
    },
    'tokenizer_config.json': {
      bos_token: special[0],
      eos_token: special[1],
      pad_token: special[1],
      tokenizer_class: 'GPT2Tokenizer',
      chat_template: "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}",
    },
  };
}
