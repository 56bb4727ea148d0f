import { Template } from '@huggingface/jinja';
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import type { ChatMessage } from '../context/message.ts';
import { LabError } from '../error.ts';

/** Turns conversations into the tokens that a model reads, as it will at inference. */
export interface Codec {
  /** The model's own chat template. `prompt` ends with the header of the reply to come. */
  render(messages: readonly ChatMessage[], form: { prompt: boolean }): string;
  /** Special tokens are recognised; none is added. */
  encode(text: string): readonly number[];
  /** Tokens that end a turn. */
  endIds: ReadonlySet<number>;
}

const tokenText = z.union([z.string(), z.object({ content: z.string() })]).nullish();
const configSchema = z.looseObject({
  chat_template: z.union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))]).optional(),
  bos_token: tokenText,
  eos_token: tokenText,
});
const tokenizerSchema = z.looseObject({
  normalizer: z.unknown(),
  pre_tokenizer: z.unknown(),
  added_tokens: z.array(z.looseObject({ content: z.string(), special: z.boolean().optional(), lstrip: z.boolean().optional(), rstrip: z.boolean().optional() })).optional(),
});

/**
 * Reads tokenizer.json and tokenizer_config.json.
 * @throws {LabError} bad-file when they are not what they should be, unsupported when there is no chat template.
 */
export function createCodec(tokenizerJson: unknown, tokenizerConfig: unknown, endIds: readonly number[]): Codec {
  const description = parse(tokenizerSchema, tokenizerJson, 'tokenizer.json');
  const config = parse(configSchema, tokenizerConfig, 'tokenizer_config.json');
  const source = Array.isArray(config.chat_template)
    ? config.chat_template.find(({ name }) => name === 'default')?.template
    : config.chat_template;
  if (!source) throw new LabError({ code: 'unsupported', where: 'tokenizer_config.json', what: 'The model has no chat template.', todo: 'Add one as chat_template, or use the chat version of the model.' });
  const template = new Template(source);
  const tokenizer = new Tokenizer(description, config);
  const special = description.added_tokens?.filter((token) => token.special && !token.lstrip && !token.rstrip).map(({ content }) => content) ?? [];
  const whole = (text: string): number[] => tokenizer.encode(text, { add_special_tokens: false }).ids;
  return {
    render: (messages, { prompt }) => template.render({
      messages: messages.map((message) => ({ ...message })),
      add_generation_prompt: prompt,
      bos_token: text(config.bos_token),
      eos_token: text(config.eos_token),
    }),
    encode: independentPieces(description) && special.length > 0 ? byPieces(special, whole) : whole,
    endIds: new Set(endIds),
  };
}

/** Whether what stands between special tokens is tokenised without regard to what stands outside. */
function independentPieces({ normalizer, pre_tokenizer }: z.infer<typeof tokenizerSchema>): boolean {
  const plain = JSON.stringify(pre_tokenizer ?? null);
  return !normalizer && plain.includes('"ByteLevel"') && !plain.includes('"add_prefix_space":true');
}

/** Tokenises between special tokens and remembers pieces: the turns of a dialogue come back in each of its prefixes. */
function byPieces(special: readonly string[], whole: (text: string) => number[]): (text: string) => number[] {
  const pattern = new RegExp(`(${special.map((token) => token.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`);
  const known = new Map<string, number[]>();
  return (input) => input.split(pattern).flatMap((piece) => {
    if (piece === '') return [];
    let ids = known.get(piece);
    if (!ids) known.set(piece, ids = whole(piece));
    if (known.size > 20_000) known.clear();
    return ids;
  });
}

function text(token: z.infer<typeof tokenText>): string {
  return typeof token === 'string' ? token : (token?.content ?? '');
}

function parse<T>(schema: z.ZodType<T>, json: unknown, where: string): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new LabError({ code: 'bad-file', where, what: z.prettifyError(parsed.error), todo: 'Use the file that came with the model.' });
}
