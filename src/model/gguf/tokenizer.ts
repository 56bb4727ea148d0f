import { LabError } from '../../error.ts';
import type { SideFiles } from '../checkpoint/checkpoint.ts';
import { metadataNumber, metadataString } from './config.ts';
import type { GgufMetadata } from './types.ts';

type Json = Record<string, unknown>;

const byteLevel = (useRegex: boolean): Json => ({ type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: useRegex });
const split = (regex: string): Json => ({ type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false });
const sequence = (...pretokenizers: Json[]): Json => ({ type: 'Sequence', pretokenizers });

/** Word pattern of GPT-4-like tokenizers; they differ in how many digits make a piece. */
const wordPattern = (digits: string): string =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

/** Pre-tokenizers by the name llama.cpp gives them in `tokenizer.ggml.pre`. */
const PRE_TOKENIZERS: Record<string, { pre: Json; normalizer: Json | null }> = {
  'gpt-2': { pre: byteLevel(true), normalizer: null },
  smollm: { pre: sequence({ type: 'Digits', individual_digits: true }, byteLevel(true)), normalizer: null },
  qwen2: { pre: sequence(split(wordPattern('\\p{N}')), byteLevel(false)), normalizer: { type: 'NFC' } },
  'llama-bpe': { pre: sequence(split(wordPattern('\\p{N}{1,3}')), byteLevel(false)), normalizer: null },
};

/** The name under which llama.cpp knows a `pre_tokenizer` of tokenizer.json; undefined when it is none of those known here. */
export function preTokenizerName(pre: unknown): string | undefined {
  const wanted = essence(pre);
  return Object.entries(PRE_TOKENIZERS).find(([, rule]) => essence(rule.pre) === wanted)?.[0];
}

/** What decides how text is split, in one spelling: offsets play no part, keys come in any order. */
function essence(pre: unknown): string {
  return JSON.stringify(pre, (key, value: unknown) => {
    if (key === 'trim_offsets') return undefined;
    const plain = typeof value === 'object' && value !== null && !Array.isArray(value);
    return plain ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
  });
}

/** Token types in `tokenizer.ggml.token_type` (llama.cpp `enum llama_token_type`). */
const CONTROL = 3;
const USER_DEFINED = 4;

/**
 * Rebuilds tokenizer.json and tokenizer_config.json from the metadata of a GGUF with a byte-level BPE tokenizer.
 * @throws {LabError} unsupported for other tokenizers, missing-file when there is none.
 */
export function tokenizerFromGguf(metadata: GgufMetadata, where: string): SideFiles {
  const beside = "Put the model's tokenizer.json and tokenizer_config.json beside the file.";
  const model = metadataString(metadata, 'tokenizer.ggml.model');
  const tokens = strings(metadata, 'tokenizer.ggml.tokens');
  const merges = strings(metadata, 'tokenizer.ggml.merges');
  if (!model || !tokens) throw new LabError({ code: 'missing-file', what: 'The file holds no tokenizer.', where, todo: beside });
  if (model !== 'gpt2' || !merges) throw new LabError({ code: 'unsupported', what: `Its tokenizer is of the kind "${model}"; only byte-level BPE ("gpt2") can be rebuilt.`, where, todo: beside });
  const name = metadataString(metadata, 'tokenizer.ggml.pre') ?? 'missing';
  const rule = Object.hasOwn(PRE_TOKENIZERS, name) ? PRE_TOKENIZERS[name] : undefined;
  if (!rule) throw new LabError({ code: 'unsupported', what: `Its pre-tokenizer "${name}" is not known here (${Object.keys(PRE_TOKENIZERS).join(', ')} are).`, where, todo: beside });

  const types = metadata.get('tokenizer.ggml.token_type')?.value;
  const typeOf = (id: number): unknown => (Array.isArray(types) ? types[id] : undefined);
  const added = tokens.flatMap((content, id) => {
    const type = typeOf(id);
    if (type !== CONTROL && type !== USER_DEFINED) return [];
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: type === CONTROL }];
  });
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: rule.normalizer,
    pre_tokenizer: rule.pre,
    post_processor: byteLevel(true),
    decoder: byteLevel(true),
    model: { type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges },
  };
  const tokenAt = (key: string): string | undefined => tokens[metadataNumber(metadata, `tokenizer.ggml.${key}`) ?? -1];
  const config = {
    add_prefix_space: false,
    added_tokens_decoder: Object.fromEntries(added.map(({ id, ...rest }) => [id, rest])),
    bos_token: tokenAt('bos_token_id') ?? null,
    eos_token: tokenAt('eos_token_id') ?? null,
    pad_token: tokenAt('padding_token_id') ?? tokenAt('eos_token_id') ?? null,
    unk_token: tokenAt('unknown_token_id') ?? null,
    chat_template: metadataString(metadata, 'tokenizer.chat_template') ?? null,
    clean_up_tokenization_spaces: false,
    tokenizer_class: 'GPT2Tokenizer',
  };
  return new Map([
    ['tokenizer.json', JSON.stringify(tokenizer)],
    ['tokenizer_config.json', JSON.stringify(config, null, 2)],
  ]);
}

function strings(metadata: GgufMetadata, key: string): string[] | undefined {
  const value = metadata.get(key)?.value;
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}
