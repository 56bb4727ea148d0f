import type { ChatMessage } from '../context/message.ts';
import type { SideFiles } from '../formats/checkpoint/checkpoint.ts';
import { chatTokenizerOf } from '../tokenizer/chat-tokenizer.ts';
import { suitedMessages, type TemplateNeeds } from '../tokenizer/template-needs.ts';

/** Turns conversations into the tokens that a model reads, with the same tokenizer as at inference. */
export interface Codec {
  /** What the chat template takes. */
  needs(): TemplateNeeds;
  /** The messages in the form that it takes. */
  suit(messages: readonly ChatMessage[]): ChatMessage[];
  /** The model's own chat template. `prompt` ends with the header of the reply to come. */
  render(messages: readonly ChatMessage[], form: { prompt: boolean }): string;
  /** What `render` makes of the words of a message. */
  guard(text: string): string;
  /** Ids of what was rendered; none is added. */
  encode(text: string): readonly number[];
  /** Tokens that end a turn: the template's own, else those of the model. */
  endIds: ReadonlySet<number>;
}

export interface CodecOptions {
  /** Tokens that end a reply. */
  endIds: readonly number[];
  /** The model, for errors. */
  where: string;
  /** What templates print as today's date: the same throughout a run. */
  now?: Date | undefined;
}

/**
 * The tokenizer among a model's files, as training needs it.
 * @throws {LabError} missing-file, bad-file or bad-config when they are not what they should be.
 */
export function createCodec(files: SideFiles, { endIds, where, now }: CodecOptions): Codec {
  const tokenizer = chatTokenizerOf(files, where);
  const { endOfTurn } = tokenizer;
  return {
    needs: tokenizer.needs,
    suit: (messages) => suitedMessages(messages, tokenizer.needs()),
    render: (messages, { prompt }) => tokenizer.renderPrompt(messages, { reply: prompt, now }),
    guard: tokenizer.guard,
    encode: tokenizer.encode,
    // Some base models end texts with a token that the template begins turns with.
    endIds: new Set(endOfTurn === undefined ? endIds : [endOfTurn]),
  };
}
