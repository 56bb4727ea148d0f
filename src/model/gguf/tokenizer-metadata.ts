import { z } from 'zod';
import { LabError } from '../../error.ts';
import type { SideFiles } from '../checkpoint/checkpoint.ts';
import { parseJson } from '../checkpoint/json.ts';
import { preTokenizerName } from './tokenizer.ts';
import type { GgufMetadata } from './types.ts';

const tokenizerSchema = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.number().int().nonnegative(), content: z.string(), special: z.boolean() })).default([]),
  pre_tokenizer: z.unknown(),
  model: z.looseObject({
    type: z.string(),
    vocab: z.record(z.string(), z.number().int().nonnegative()),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  }),
});
const namedToken = z.union([z.string(), z.looseObject({ content: z.string() })]).nullish();
const settingsSchema = z.looseObject({
  chat_template: z.unknown(),
  bos_token: namedToken,
  eos_token: namedToken,
  pad_token: namedToken,
  unk_token: namedToken,
  add_bos_token: z.boolean().nullish(),
});

/** llama.cpp's token types. */
const TYPE = { normal: 1, control: 3, userDefined: 4, unused: 5 };

/**
 * The tokenizer of a byte-level BPE model as llama.cpp keeps it in a GGUF's metadata.
 * @param vocabSize rows of the embedding; ids without a token are filled up as unused.
 * @throws {LabError} unsupported for other tokenizers, bad-file for damaged ones.
 */
export function tokenizerMetadata(files: SideFiles, vocabSize: number): GgufMetadata {
  const fail = (code: 'bad-file' | 'unsupported', what: string): LabError =>
    new LabError({ code, what, where: 'tokenizer.json', todo: 'Use the tokenizer files of a byte-level BPE model (GPT-2, Llama 3, Qwen2, SmolLM2).' });
  const parsed = tokenizerSchema.safeParse(parseJson(files.get('tokenizer.json') ?? 'null', 'tokenizer.json'));
  const settings = settingsSchema.safeParse(parseJson(files.get('tokenizer_config.json') ?? '{}', 'tokenizer_config.json'));
  if (!parsed.success) throw fail('bad-file', `It is not understood: ${z.prettifyError(parsed.error)}`);
  if (!settings.success) throw fail('bad-file', `tokenizer_config.json is not understood: ${z.prettifyError(settings.error)}`);
  const { model, added_tokens: added, pre_tokenizer: preTokenizer } = parsed.data;
  const pre = preTokenizerName(preTokenizer);
  if (model.type !== 'BPE' || !pre) throw fail('unsupported', 'A GGUF cannot say how this tokenizer splits text.');

  const tokens: string[] = Array.from({ length: vocabSize }, (_, id) => `[PAD${id}]`);
  const types = tokens.map(() => TYPE.unused);
  const put = (id: number, token: string, type: number): void => {
    if (id >= vocabSize) throw fail('bad-file', `Its token "${token}" has the id ${id}, but the embedding has ${vocabSize} rows.`);
    tokens[id] = token;
    types[id] = type;
  };
  for (const [token, id] of Object.entries(model.vocab)) put(id, token, TYPE.normal);
  for (const { id, content, special } of added) put(id, content, special ? TYPE.control : TYPE.userDefined);

  const metadata: GgufMetadata = new Map([
    ['tokenizer.ggml.model', { type: 'string', value: 'gpt2' }],
    ['tokenizer.ggml.pre', { type: 'string', value: pre }],
    ['tokenizer.ggml.tokens', { type: 'array', of: 'string', value: tokens }],
    ['tokenizer.ggml.token_type', { type: 'array', of: 'i32', value: types }],
    ['tokenizer.ggml.merges', { type: 'array', of: 'string', value: model.merges.map((pair) => (typeof pair === 'string' ? pair : pair.join(' '))) }],
  ]);
  const { data } = settings;
  const roles = { bos_token_id: data.bos_token, eos_token_id: data.eos_token, unknown_token_id: data.unk_token, padding_token_id: data.pad_token };
  for (const [key, token] of Object.entries(roles)) {
    const content = typeof token === 'string' ? token : token?.content;
    const id = content === undefined ? -1 : tokens.indexOf(content);
    if (id >= 0) metadata.set(`tokenizer.ggml.${key}`, { type: 'u32', value: id });
  }
  metadata.set('tokenizer.ggml.add_space_prefix', { type: 'bool', value: false });
  metadata.set('tokenizer.ggml.add_bos_token', { type: 'bool', value: data.add_bos_token ?? false });
  if (typeof data.chat_template === 'string') metadata.set('tokenizer.chat_template', { type: 'string', value: data.chat_template });
  return metadata;
}
