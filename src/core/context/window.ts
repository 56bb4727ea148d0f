import { LabError } from '../error.ts';

/** Room for a prompt. */
export interface ContextWindow {
  /** Tokens for prompt and reply together; null if there is no limit or none is known. */
  budget: number | null;
  /** Tokens kept free for the reply. */
  reserve: number;
}

/**
 * The tokens kept free for a reply of up to `maxNewTokens`: all of them, but never more than half of the budget, so
 * that in a small window a long reply does not push the newest utterance out. Nothing else decides it, in particular
 * not the reference of an evaluation.
 */
export function replyReserve(maxNewTokens: number, budget: number | null): number {
  return budget === null ? maxNewTokens : Math.min(maxNewTokens, Math.floor(budget / 2));
}

/** The window of a model, whether its size is known or not. */
export function windowOf(contextWindow: number | null, maxNewTokens: number): ContextWindow {
  return { budget: contextWindow, reserve: replyReserve(maxNewTokens, contextWindow) };
}

/** The smallest window that the chat offers, in tokens; few messages fit into less. */
export const SMALLEST_BUDGET = 256;

/** The chat's assumption for a model whose window is unknown or that is not loaded yet, in tokens. */
export const USUAL_WINDOW = 8192;

/** The window of a chat: the model's, or a smaller one set by the person. */
export function chatWindow(
  contextWindow: number | null | undefined,
  { limit, maxNewTokens }: { limit: number | null; maxNewTokens: number },
): { budget: number; reserve: number } {
  const most = contextWindow ?? USUAL_WINDOW;
  const budget = Math.min(limit ?? most, most);
  return { budget, reserve: replyReserve(maxNewTokens, budget) };
}

/** Not even the newest utterance fits: `needed` tokens with the system prompt and the reply. */
export function doesNotFit(needed: number, { budget, reserve }: ContextWindow): LabError {
  return new LabError({
    code: 'bad-config',
    what:
      `The system prompt, the newest message and ${reserve} tokens for the reply need ${needed} tokens, and ` +
      `${budget} fit.`,
    where: 'The context window',
    todo: 'Shorten the message or the system prompt, allow a shorter reply, or choose a model with a larger window.',
  });
}

/** The template needs a seeker's message at the beginning, and there is none. */
export function cannotOpen(): LabError {
  return new LabError({
    code: 'bad-config',
    what: 'The chat template of this model does not accept a conversation without a message of the seeker.',
    where: 'The context',
    todo: 'Begin with a message of the seeker, or choose another model.',
  });
}
