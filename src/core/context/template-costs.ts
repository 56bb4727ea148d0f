import type { ChatMessage } from './message.ts';

/** A model's tokenizer and chat template, as far as costs need them. */
export interface PromptReader {
  renderPrompt(messages: ChatMessage[]): Promise<string>;
  countTokens(texts: string[], form?: 'words' | 'prompt'): Promise<number[]>;
}

/** Tokens that a chat template adds. */
export interface TemplateCosts {
  /** The beginning of the prompt with this system prompt in it, and the opening of the reply. */
  base: number;
  perMessage: number;
}

/** A text that every tokenizer counts alike wherever it stands. */
const PROBE = 'x';

/**
 * Measures what a template adds by rendering short conversations: exact for templates that put the same around each
 * message, as ChatML, Llama's and Mistral's do.
 */
export async function measureTemplate(reader: PromptReader, system = ''): Promise<TemplateCosts> {
  const start: ChatMessage[] = system.trim() === '' ? [] : [{ role: 'system', content: system.trim() }];
  const short: ChatMessage[] = [...start, { role: 'user', content: PROBE }];
  const long: ChatMessage[] = [...short, { role: 'assistant', content: PROBE }, { role: 'user', content: PROBE }];
  const prompts = await Promise.all([reader.renderPrompt(short), reader.renderPrompt(long)]);
  const [one = 0, three = 0, probe = 0] = await reader.countTokens([...prompts, PROBE], 'prompt');
  const perMessage = (three - one) / 2 - probe;
  return { base: one - perMessage - probe, perMessage };
}
