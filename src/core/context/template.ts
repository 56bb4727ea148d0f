import { LabError } from '../error.ts';
import { isBlank } from './build.ts';
import { estimateTokens } from './estimate.ts';
import type { ChatMessage } from './message.ts';
import type { ModelTokenizer } from './tokenizer.ts';

/** What a chat template does with a conversation, as far as contexts need to know. */
export interface TemplateTraits {
  /** Tokens of the beginning of a prompt, its system message in it, and of the opening of the reply. */
  base: number;
  /** Tokens that it adds around each message. */
  perMessage: number;
  /** Whether it takes a conversation that the assistant opens; otherwise that opening is left out. */
  opening: boolean;
}

/** What ChatML adds: `<|im_start|>role⏎ … <|im_end|>⏎` and the opening of the reply. */
const CHATML = { base: 3, perMessage: 5 } as const;

/** A text that every tokenizer counts alike wherever it stands. */
const PROBE = 'x';

/**
 * Finds out what a template does by rendering short conversations. The costs are exact for templates that put the same
 * around each message, as ChatML, Llama's and Mistral's do; for others they are a prediction.
 */
export async function templateTraits(tokenizer: ModelTokenizer | null, system = ''): Promise<TemplateTraits> {
  if (!tokenizer) return estimatedTraits(system);
  const start: ChatMessage[] = isBlank(system) ? [] : [{ role: 'system', content: system.trim() }];
  const user: ChatMessage = { role: 'user', content: PROBE };
  const assistant: ChatMessage = { role: 'assistant', content: PROBE };
  const [short, long, opened] = await Promise.all([
    tokenizer.renderPrompt([...start, user]),
    tokenizer.renderPrompt([...start, user, assistant, user]),
    tokenizer.renderPrompt([...start, assistant, user]).catch(refused),
  ]);
  const [one = 0, three = 0, probe = 0] = await tokenizer.countTokens([short, long, PROBE], 'prompt');
  const perMessage = (three - one) / 2 - probe;
  return { base: one - perMessage - probe, perMessage, opening: opened !== null && opened !== short };
}

/** A template that refuses a conversation takes none of its kind. */
function refused(error: unknown): null {
  if (error instanceof LabError && error.code === 'bad-data') return null;
  throw error;
}

function estimatedTraits(system: string): TemplateTraits {
  const { base, perMessage } = CHATML;
  return { base: base + (isBlank(system) ? 0 : perMessage + estimateTokens(system)), perMessage, opening: true };
}
