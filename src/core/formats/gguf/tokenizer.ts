import { LabError } from '../../error.ts';
import { TOKENIZER_CONFIG } from '../checkpoint/template.ts';
import { TOKENIZER_REQUIRED } from '../checkpoint/side-files.ts';
import type { SideFiles } from '../checkpoint/checkpoint.ts';
import { metadataNumber, metadataString } from './config.ts';
import { mergesOf, SPACE } from './sentencepiece.ts';
import { TOKEN_TYPE, type GgufMetadata } from './types.ts';

type Json = Record<string, unknown>;

const byteLevel = (useRegex: boolean): Json => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
});
const split = (regex: string): Json => ({
  type: 'Split',
  pattern: { Regex: regex },
  behavior: 'Isolated',
  invert: false,
});
const sequence = (...pretokenizers: Json[]): Json => ({ type: 'Sequence', pretokenizers });

/** Word pattern of GPT-4-like tokenizers, which differ in the number of digits per piece. */
const wordPattern = (digits: string): string =>
  `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ` +
  '?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';

/** Pre-tokenizers by their names in llama.cpp's `tokenizer.ggml.pre`. */
const PRE_TOKENIZERS: Record<string, { pre: Json; normalizer: Json | null }> = {
  'gpt-2': { pre: byteLevel(true), normalizer: null },
  smollm: { pre: sequence({ type: 'Digits', individual_digits: true }, byteLevel(true)), normalizer: null },
  qwen2: { pre: sequence(split(wordPattern('\\p{N}')), byteLevel(false)), normalizer: { type: 'NFC' } },
  'llama-bpe': { pre: sequence(split(wordPattern('\\p{N}{1,3}')), byteLevel(false)), normalizer: null },
};

/**
 * The name under which llama.cpp knows a `pre_tokenizer` of tokenizer.json; undefined when it is not one of those known
 * here.
 */
export function preTokenizerName(pre: unknown): string | undefined {
  const wanted = essence(pre);
  return Object.entries(PRE_TOKENIZERS).find(([, rule]) => essence(rule.pre) === wanted)?.[0];
}

/** A canonical spelling of how text is split: ignores offsets and the order of keys. */
function essence(pre: unknown): string {
  return JSON.stringify(pre, (key, value: unknown) => {
    if (key === 'trim_offsets') return undefined;
    const plain = typeof value === 'object' && value !== null && !Array.isArray(value);
    return plain ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;
  });
}

const BESIDE = `Put the model's ${TOKENIZER_REQUIRED.join(' and ')} next to the file.`;

/** The parts of tokenizer.json that split and join text; the list of tokens is the same for all kinds. */
interface Rules {
  normalizer: Json | null;
  pre_tokenizer: Json | null;
  decoder: Json;
  post_processor: Json | null;
  merges: (string | [string, string])[];
  byteFallback: boolean;
}

/**
 * Rebuilds tokenizer.json and tokenizer_config.json from the metadata of a GGUF whose tokenizer is byte-level BPE
 * ("gpt2") or SentencePiece BPE ("llama").
 * @throws {LabError} `unsupported` for other tokenizers, `missing-file` when there is none.
 */
export function tokenizerFromGguf(metadata: GgufMetadata, where: string): SideFiles {
  const model = metadataString(metadata, 'tokenizer.ggml.model');
  const tokens = strings(metadata, 'tokenizer.ggml.tokens');
  if (!model || !tokens)
    throw new LabError({ code: 'missing-file', what: 'The file has no tokenizer.', where, todo: BESIDE });
  const types = metadata.get('tokenizer.ggml.token_type')?.value;
  const typeOf = (id: number): unknown => (Array.isArray(types) ? types[id] : undefined);
  const rules = model === 'llama' ? pieceRules(metadata, tokens, typeOf, where) : byteRules(metadata, model, where);
  const added = tokens.flatMap((content, id) => {
    const type = typeOf(id);
    if (
      type !== TOKEN_TYPE.control &&
      type !== TOKEN_TYPE.userDefined &&
      !(model === 'llama' && type === TOKEN_TYPE.unknown)
    )
      return [];
    return [
      {
        id,
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: type !== TOKEN_TYPE.userDefined,
      },
    ];
  });
  const tokenAt = (key: string): string | undefined => tokens[metadataNumber(metadata, `tokenizer.ggml.${key}`) ?? -1];
  const unknown = tokenAt('unknown_token_id') ?? null;
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: rules.normalizer,
    pre_tokenizer: rules.pre_tokenizer,
    post_processor: rules.post_processor,
    decoder: rules.decoder,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: rules.byteFallback ? unknown : null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: rules.byteFallback,
      byte_fallback: rules.byteFallback,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: rules.merges,
    },
  };
  const config = {
    add_prefix_space: false,
    // SentencePiece models begin every text with a token unless the file says otherwise; byte-level ones do not.
    add_bos_token: flag(metadata, 'add_bos_token') ?? model === 'llama',
    add_eos_token: flag(metadata, 'add_eos_token') ?? false,
    added_tokens_decoder: Object.fromEntries(added.map(({ id, ...rest }) => [id, rest])),
    bos_token: tokenAt('bos_token_id') ?? null,
    eos_token: tokenAt('eos_token_id') ?? null,
    pad_token: tokenAt('padding_token_id') ?? tokenAt('eos_token_id') ?? null,
    unk_token: unknown,
    chat_template: metadataString(metadata, 'tokenizer.chat_template') ?? null,
    clean_up_tokenization_spaces: false,
    tokenizer_class: rules.byteFallback ? 'LlamaTokenizer' : 'GPT2Tokenizer',
  };
  return new Map([
    ['tokenizer.json', JSON.stringify(tokenizer)],
    [TOKENIZER_CONFIG, JSON.stringify(config, null, 2)],
  ]);
}

function byteRules(metadata: GgufMetadata, model: string, where: string): Rules {
  const merges = strings(metadata, 'tokenizer.ggml.merges');
  if (model !== 'gpt2' || !merges)
    throw new LabError({
      code: 'unsupported',
      what:
        `Its tokenizer is of the kind "${model}"; only byte-level ("gpt2") and SentencePiece BPE ("llama") can be ` +
        'rebuilt.',
      where,
      todo: BESIDE,
    });
  const name = metadataString(metadata, 'tokenizer.ggml.pre') ?? 'missing';
  const rule = Object.hasOwn(PRE_TOKENIZERS, name) ? PRE_TOKENIZERS[name] : undefined;
  if (!rule)
    throw new LabError({
      code: 'unsupported',
      what: `Its pre-tokenizer "${name}" is not supported (${Object.keys(PRE_TOKENIZERS).join(', ')} are).`,
      where,
      todo: BESIDE,
    });
  return {
    normalizer: rule.normalizer,
    pre_tokenizer: rule.pre,
    post_processor: byteLevel(true),
    decoder: byteLevel(true),
    merges,
    byteFallback: false,
  };
}

function pieceRules(
  metadata: GgufMetadata,
  tokens: readonly string[],
  typeOf: (id: number) => unknown,
  where: string,
): Rules {
  const scores = metadata.get('tokenizer.ggml.scores')?.value;
  if (!Array.isArray(scores) || scores.length !== tokens.length)
    throw new LabError({
      code: 'bad-file',
      what: 'Its SentencePiece tokenizer has no score for each token.',
      where,
      todo: BESIDE,
    });
  const merges = mergesOf(
    tokens,
    scores.map(Number),
    (id) => typeOf(id) === TOKEN_TYPE.normal || typeOf(id) === undefined,
  );
  const replace = { type: 'Replace', pattern: { String: ' ' }, content: SPACE };
  const prefixed = flag(metadata, 'add_space_prefix') ?? true;
  const strip = prefixed ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : [];
  return {
    normalizer: {
      type: 'Sequence',
      normalizers: [...(prefixed ? [{ type: 'Prepend', prepend: SPACE }] : []), replace],
    },
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: SPACE }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...strip,
      ],
    },
    merges,
    byteFallback: true,
  };
}

function flag(metadata: GgufMetadata, key: string): boolean | undefined {
  const value = metadata.get(`tokenizer.ggml.${key}`)?.value;
  return typeof value === 'boolean' ? value : undefined;
}

function strings(metadata: GgufMetadata, key: string): string[] | undefined {
  const value = metadata.get(key)?.value;
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
}
