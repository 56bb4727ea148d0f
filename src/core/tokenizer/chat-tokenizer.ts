import { z } from 'zod';
import type { ChatMessage } from '../context/message.ts';
import { LabError } from '../error.ts';
import { compileTemplate } from '../formats/checkpoint/chat-template.ts';
import type { SideFiles } from '../formats/checkpoint/checkpoint.ts';
import { parseJson } from '../json.ts';
import { CHAT_TEMPLATE_FILE, chosenTemplate, TOKENIZER_CONFIG } from '../formats/checkpoint/template.ts';
import { endOfTurnIn, factsOf, templateVariables } from '../formats/checkpoint/tokenizer-facts.ts';
import { controlMarker, controlNamer, isControl } from './plain-text.ts';
import { suitedMessages, templateNeeds, type TemplateNeeds } from './template-needs.ts';
import { openTokenizer } from './tokenizer.ts';

const configSchema = z.looseObject({
  chat_template: z.union([z.string(), z.array(z.looseObject({ name: z.string(), template: z.string() }))]).nullish(),
});

/** How a conversation is rendered. */
export interface PromptForm {
  /** End with the opening of a reply; default true. */
  reply?: boolean;
  /** How that reply begins; it is read like the content of a message. */
  beginning?: string | undefined;
  /** The date that a template prints as today's. */
  now?: Date | undefined;
}

/** Tokens and chat template of one model, without its weights: the same for replies, scores, counts and training. */
export interface ChatTokenizer {
  /**
   * Renders messages with the model's own template, in the form that it accepts (see `suitedMessages`). Their content
   * can never become a control token: text that looks like one contains marks, which `encode` understands and drops.
   * @throws {LabError} `bad-data` when the template refuses the messages.
   */
  renderPrompt(messages: readonly ChatMessage[], form?: PromptForm): string;
  /** What the template accepts. */
  needs: () => TemplateNeeds;
  /** Ids of a rendered prompt: unmarked special tokens are recognised, none added. */
  encode: (prompt: string) => number[];
  /** Ids of a written text, with control tokens as plain characters. */
  encodeText(text: string): number[];
  /** Marks a message's text as `renderPrompt` does. */
  guard: (text: string) => string;
  /** A rendered prompt for a server that recognises control tokens by the names of `markedName`. */
  named(prompt: string): string;
  /** Text of `ids`, special tokens left out. */
  decode(ids: number[]): string;
  /** Raw text of one token, special tokens included. */
  tokenText(id: number): string;
  /** The id of a token given by its exact text. */
  idOf(token: string): number | undefined;
  /** The token with which the template ends a reply, if any. */
  readonly endOfTurn: number | undefined;
}

/** Token counts of words, or of rendered prompts. */
export function countWith(
  tokenizer: ChatTokenizer,
  texts: readonly string[],
  form: 'words' | 'prompt' = 'words',
): number[] {
  return texts.map((text) => (form === 'prompt' ? tokenizer.encode(text) : tokenizer.encodeText(text)).length);
}

/** Opens the tokenizer in a model's files. */
export function chatTokenizerOf(files: SideFiles, where: string): ChatTokenizer {
  const json = (name: string): unknown => {
    const text = files.get(name);
    if (text !== undefined) return parseJson(text, `${where}/${name}`);
    throw new LabError({
      code: 'missing-file',
      where,
      what: `The model has no ${name}.`,
      todo: 'Put it next to the weights.',
    });
  };
  return createChatTokenizer(json('tokenizer.json'), json(TOKENIZER_CONFIG), where, files.get(CHAT_TEMPLATE_FILE));
}

/**
 * Builds a tokenizer from the parsed contents of tokenizer.json and tokenizer_config.json, and the text of
 * chat_template.jinja, if any. `where` names the model in errors. Source of the behaviour: Hugging Face tokenizers and
 * chat templates.
 */
export function createChatTokenizer(
  tokenizerJson: unknown,
  configJson: unknown,
  where: string,
  templateFile?: string,
): ChatTokenizer {
  const parsed = configSchema.safeParse(configJson);
  if (!parsed.success) {
    throw new LabError({
      code: 'bad-config',
      where: `${where}/${TOKENIZER_CONFIG}`,
      what: z.prettifyError(parsed.error).split('\n')[0] ?? 'It is not a tokenizer configuration.',
      todo: 'Get the file from the same source as the weights.',
    });
  }
  const facts = factsOf(tokenizerJson, parsed.data, `${where}/tokenizer.json`);
  const { tokenizer, encode, decode, added } = openTokenizer(tokenizerJson, configJson, where);
  const source = chosenTemplate(templateFile, parsed.data.chat_template);
  const template = source === undefined ? undefined : compileTemplate(source, where);
  const controls = added.filter(isControl).map(({ content }) => content);
  const guard = controlMarker(controls);
  const variables = templateVariables(facts.names);

  const render = (messages: readonly ChatMessage[], { reply = true, now }: PromptForm): string => {
    if (template) return template.render({ ...variables, messages, add_generation_prompt: reply }, now);
    throw new LabError({
      code: 'bad-config',
      where,
      what: 'The tokenizer has no chat template, so messages cannot be turned into a prompt.',
      todo:
        `Add "chat_template" to ${TOKENIZER_CONFIG} or a ${CHAT_TEMPLATE_FILE} next to it, or choose the instruct ` +
        'version of the model.',
    });
  };
  let known: TemplateNeeds | undefined;
  const needs = (): TemplateNeeds => (known ??= templateNeeds((messages) => render(messages, {})));

  return {
    endOfTurn: source === undefined ? undefined : endOfTurnIn(source, facts)?.id,
    guard,
    named: controlNamer(controls),
    encode,
    encodeText: (text) => encode(guard(text)),
    needs,
    renderPrompt(messages, form = {}) {
      const suited = suitedMessages(messages, needs());
      try {
        const prompt = render(
          suited.map(({ role, content }) => ({ role, content: guard(content) })),
          form,
        );
        return prompt + guard(form.beginning ?? '');
      } catch (error) {
        throw LabError.from(error, {
          code: 'bad-data',
          where,
          what: "The model's chat template refuses these messages",
          todo: 'For most models, the last message must be the user’s.',
        });
      }
    },
    decode: (ids) =>
      ids.length === 0 ? '' : decode(ids, { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
    tokenText: (id) => decode([id], { skip_special_tokens: false, clean_up_tokenization_spaces: false }),
    idOf: (token) => tokenizer.token_to_id(token),
  };
}
