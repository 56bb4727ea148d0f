import { LabError } from '../error.ts';
import { isBlank } from './build.ts';
import { estimateTokens } from './estimate.ts';
import type { ChatMessage } from './message.ts';
import type { ModelTokenizer } from './tokenizer.ts';

/** The traits of a chat template that decide what fits a context. */
export interface TemplateTraits {
  /** Tokens of the prompt's beginning with its system message, and of the opening of the reply. */
  base: number;
  /** Tokens that it adds around each message. */
  perMessage: number;
  /** Whether it accepts a conversation that the assistant opens; otherwise that opening is left out. */
  opening: boolean;
}

/** What ChatML adds: `<|im_start|>role⏎ … <|im_end|>⏎` and the opening of the reply. */
const CHATML = { base: 3, perMessage: 5 } as const;

/** A text whose token count does not depend on its surroundings. */
const PROBE = 'x';

/**
 * Finds a template's traits by rendering short conversations. The costs are exact for templates that put the same
 * tokens around each message (ChatML, Llama's, Mistral's); for others they are a prediction.
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

/** A template that refuses a conversation refuses all of its kind. */
function refused(error: unknown): null {
  if (error instanceof LabError && error.code === 'bad-data') return null;
  throw error;
}

function estimatedTraits(system: string): TemplateTraits {
  const { base, perMessage } = CHATML;
  return { base: base + (isBlank(system) ? 0 : perMessage + estimateTokens(system)), perMessage, opening: true };
}
