import { Template } from '@huggingface/jinja';
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import type { ChatMessage } from '../../context/message.ts';
import { LabError } from '../../error.ts';

const tokenContent = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]);

const tokenizerConfigSchema = z.looseObject({
  chat_template: z
    .union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))])
    .optional(),
  bos_token: tokenContent.nullish(),
  eos_token: tokenContent.nullish(),
  pad_token: tokenContent.nullish(),
  unk_token: tokenContent.nullish(),
});

/** Tokens and chat template of one model, without its weights. */
export interface ChatTokenizer {
  /** The model's own template applied, ready for a reply. Throws `bad-data` when the template refuses the messages. */
  renderPrompt(messages: ChatMessage[]): string;
  /** Ids of `text`, special tokens recognised, none added. */
  encode(text: string): number[];
  /** Text of `ids`, special tokens left out. */
  decode(ids: number[]): string;
  /** Text of one token as it stands, special tokens included. */
  tokenText(id: number): string;
  /** The id of a token given by its exact text. */
  idOf(token: string): number | undefined;
  readonly eosToken: string | undefined;
}

/**
 * Builds a tokenizer from the parsed contents of tokenizer.json and tokenizer_config.json. `where` names the model
 * in errors. Source of the behaviour: Hugging Face tokenizers and chat templates.
 */
export function createChatTokenizer(tokenizerJson: unknown, configJson: unknown, where: string): ChatTokenizer {
  const parsed = tokenizerConfigSchema.safeParse(configJson);
  if (!parsed.success) {
    throw new LabError({
      code: 'bad-config',
      where: `${where}/tokenizer_config.json`,
      what: z.prettifyError(parsed.error).split('\n')[0] ?? 'It is not a tokenizer configuration.',
      todo: 'Take the file from the same place as the weights.',
    });
  }
  const config = parsed.data;
  const tokenizer = openTokenizer(tokenizerJson, configJson, where);
  const template = compileTemplate(config.chat_template, where);
  const special = Object.fromEntries(
    (['bos_token', 'eos_token', 'pad_token', 'unk_token'] as const).flatMap((key) => (config[key] ? [[key, config[key]]] : [])),
  );

  return {
    eosToken: config.eos_token ?? undefined,
    renderPrompt(messages) {
      if (!template) {
        throw new LabError({
          code: 'bad-config',
          where,
          what: 'The tokenizer has no chat template, so messages cannot be turned into a prompt.',
          todo: 'Add "chat_template" to tokenizer_config.json, or take the instruct version of the model.',
        });
      }
      try {
        return template.render({ messages, add_generation_prompt: true, tools: null, documents: null, ...special });
      } catch (error) {
        throw LabError.from(error, {
          code: 'bad-data',
          where,
          what: "The model's chat template refuses these messages",
          todo: 'Some models take no system prompt, or want user and assistant to alternate.',
        });
      }
    },
    encode: (text) => tokenizer.encode(text, { add_special_tokens: false }).ids,
    decode: (ids) =>
      ids.length === 0 ? '' : tokenizer.decode(ids, { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
    tokenText: (id) => tokenizer.decode([id], { skip_special_tokens: false, clean_up_tokenization_spaces: false }),
    idOf: (token) => tokenizer.token_to_id(token),
  };
}

function openTokenizer(tokenizerJson: unknown, configJson: unknown, where: string): Tokenizer {
  try {
    return new Tokenizer(tokenizerJson as object, configJson as object);
  } catch (error) {
    throw LabError.from(error, {
      code: 'bad-file',
      where: `${where}/tokenizer.json`,
      what: 'It cannot be read as a tokenizer',
      todo: 'Take the file from the same place as the weights.',
    });
  }
}

type ChatTemplate = z.infer<typeof tokenizerConfigSchema>['chat_template'];

function compileTemplate(source: ChatTemplate, where: string): Template | undefined {
  const text = typeof source === 'string' ? source : (source?.find(({ name }) => name === 'default') ?? source?.[0])?.template;
  if (text === undefined) return undefined;
  try {
    return new Template(text);
  } catch (error) {
    throw LabError.from(error, { code: 'bad-config', where: `${where}/tokenizer_config.json`, what: 'Its chat template is not valid' });
  }
}
