import { z } from 'zod';
import { LabError } from '../../error.ts';
import type { SideFiles } from '../checkpoint/checkpoint.ts';
import { parseJson } from '../../json.ts';
import { chatTemplate } from '../checkpoint/template.ts';
import { tokenizerFacts } from '../checkpoint/tokenizer-facts.ts';
import { pieceScores, spacePrefix } from './sentencepiece.ts';
import { preTokenizerName } from './tokenizer.ts';
import { TOKEN_TYPE, type GgufMetadata } from './types.ts';

const tokenizerSchema = z.looseObject({
  added_tokens: z
    .array(z.looseObject({ id: z.number().int().nonnegative(), content: z.string(), special: z.boolean() }))
    .default([]),
  normalizer: z.unknown(),
  pre_tokenizer: z.unknown(),
  model: z.looseObject({
    type: z.string(),
    vocab: z.record(z.string(), z.number().int().nonnegative()),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
    byte_fallback: z.boolean().nullish(),
    unk_token: z.string().nullish(),
  }),
});
type TokenizerJson = z.infer<typeof tokenizerSchema>;

export interface TokenizerOptions {
  /** Rows of the embedding; ids without a token are padded as unused. */
  vocabSize: number;
  /** Tokens that end a reply. */
  eosIds: readonly number[];
  /** Whether llama.cpp adds the BOS token before every text; default true. */
  addStart?: boolean;
  /** Replaces the text of a token, if only the lab writes prompts for this file. */
  spell?: ((token: { content: string; special: boolean }) => string) | undefined;
}

/**
 * The tokenizer of a byte-level or SentencePiece-like BPE model as GGUF metadata for llama.cpp.
 * @throws {LabError} `unsupported` for other tokenizers, `bad-file` for damaged ones.
 */
export function tokenizerMetadata(
  files: SideFiles,
  { vocabSize, eosIds, addStart = true, spell = ({ content }) => content }: TokenizerOptions,
): GgufMetadata {
  const json = readTokenizer(files);
  const facts = tokenizerFacts(files);
  const kind = kindOf(json);
  const { tokens, types, unknown } = tokenTable(json, vocabSize, spell);

  const metadata: GgufMetadata = new Map([
    ['tokenizer.ggml.model', { type: 'string', value: kind.model }],
    ['tokenizer.ggml.pre', { type: 'string', value: kind.pre }],
    ['tokenizer.ggml.tokens', { type: 'array', of: 'string', value: tokens }],
    ['tokenizer.ggml.token_type', { type: 'array', of: 'i32', value: types }],
  ]);
  if (kind.scores)
    metadata.set('tokenizer.ggml.scores', {
      type: 'array',
      of: 'f32',
      value: tokens.map((token) => kind.scores?.get(token) ?? -1e4),
    });
  else
    metadata.set('tokenizer.ggml.merges', {
      type: 'array',
      of: 'string',
      value: json.model.merges.map((pair) => (typeof pair === 'string' ? pair : pair.join(' '))),
    });
  // Templates print the text of the tokenizer's own end token; the other end tokens also end a reply.
  const eos = facts.ids.eos ?? eosIds[0];
  const [eot, eom] = eosIds.filter((id) => id !== eos);
  const roles = {
    bos_token_id: facts.begins ?? facts.ids.bos,
    eos_token_id: eos,
    eot_token_id: eot,
    eom_token_id: eom,
    unknown_token_id: facts.ids.unk ?? unknown,
    padding_token_id: facts.ids.pad,
  };
  for (const [key, id] of Object.entries(roles))
    if (id !== undefined) metadata.set(`tokenizer.ggml.${key}`, { type: 'u32', value: id });
  metadata.set('tokenizer.ggml.add_space_prefix', { type: 'bool', value: kind.spacePrefix });
  metadata.set('tokenizer.ggml.add_bos_token', { type: 'bool', value: addStart && facts.begins !== undefined });
  metadata.set('tokenizer.ggml.add_eos_token', { type: 'bool', value: addStart && facts.ends !== undefined });
  const template = chatTemplate(files);
  if (template !== undefined) metadata.set('tokenizer.chat_template', { type: 'string', value: template });
  return metadata;
}

function readTokenizer(files: SideFiles): TokenizerJson {
  const parsed = tokenizerSchema.safeParse(parseJson(files.get('tokenizer.json') ?? 'null', 'tokenizer.json'));
  if (parsed.success) return parsed.data;
  throw fail('bad-file', `It is not understood: ${z.prettifyError(parsed.error)}`);
}

/** How llama.cpp must split text; scores replace merges if it does not support them. */
interface Kind {
  model: 'gpt2' | 'llama';
  pre: string;
  spacePrefix: boolean;
  scores?: Map<string, number>;
}

function kindOf({ model, normalizer, pre_tokenizer, added_tokens }: TokenizerJson): Kind {
  if (model.type !== 'BPE')
    throw fail('unsupported', `Its model is of the kind ${model.type}; only BPE is written into a GGUF here.`);
  const pre = preTokenizerName(pre_tokenizer);
  if (pre) return { model: 'gpt2', pre, spacePrefix: false };
  const prefix = spacePrefix(normalizer, pre_tokenizer, model.byte_fallback ?? false);
  if (prefix === undefined) throw fail('unsupported', 'llama.cpp does not support this tokenizer’s pre-tokenizer.');
  const merges = model.merges.map((pair): [string, string] => (typeof pair === 'string' ? splitPair(pair) : pair));
  const apart = new Set([...added_tokens.map(({ content }) => content), ...(model.unk_token ? [model.unk_token] : [])]);
  return {
    model: 'llama',
    pre: 'default',
    spacePrefix: prefix,
    scores: pieceScores({ vocab: model.vocab, merges, apart }),
  };
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf(' ', 1);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

function tokenTable(
  { model, added_tokens: added }: TokenizerJson,
  vocabSize: number,
  spell: NonNullable<TokenizerOptions['spell']>,
): { tokens: string[]; types: number[]; unknown: number | undefined } {
  const tokens: string[] = Array.from({ length: vocabSize }, (_, id) => `[PAD${id}]`);
  const types: number[] = tokens.map(() => TOKEN_TYPE.unused);
  const put = (id: number, token: string, type: number): void => {
    if (id >= vocabSize)
      throw fail('bad-file', `Its token "${token}" has the id ${id}, but the embedding has ${vocabSize} rows.`);
    tokens[id] = token;
    types[id] = type;
  };
  const typeOf = (token: string): number =>
    model.byte_fallback && /^<0x[0-9A-F]{2}>$/.test(token) ? TOKEN_TYPE.byte : TOKEN_TYPE.normal;
  for (const [token, id] of Object.entries(model.vocab)) put(id, token, typeOf(token));
  for (const token of added) put(token.id, spell(token), token.special ? TOKEN_TYPE.control : TOKEN_TYPE.userDefined);
  const { unk_token: named } = model;
  const unknown = named ? (added.find(({ content }) => content === named)?.id ?? model.vocab[named]) : undefined;
  if (unknown !== undefined && model.byte_fallback) types[unknown] = TOKEN_TYPE.unknown;
  return { tokens, types, unknown };
}

function fail(code: 'bad-file' | 'unsupported', what: string): LabError {
  return new LabError({
    code,
    what,
    where: 'tokenizer.json',
    todo: 'Use the tokenizer files of a byte-level or SentencePiece BPE model, or export it as ONNX.',
  });
}
