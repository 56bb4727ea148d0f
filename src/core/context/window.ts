import { LabError } from '../error.ts';

/** Room for a prompt. */
export interface ContextWindow {
  /** Tokens that fit, prompt and reply together; null where there is no limit or none is known. */
  budget: number | null;
  /** Tokens kept free for the reply. */
  reserve: number;
}

/**
 * The tokens that are kept free for a reply of up to `maxNewTokens`: all of them, but never more than half of the
 * budget, so that in a small window a long reply does not push the newest utterance out. Nothing else decides it; in
 * particular not the reference that a run compares replies with.
 */
export function replyReserve(maxNewTokens: number, budget: number | null): number {
  return budget === null ? maxNewTokens : Math.min(maxNewTokens, Math.floor(budget / 2));
}

/** The window of a model that says how long its is, or does not. */
export function windowOf(contextWindow: number | null, maxNewTokens: number): ContextWindow {
  return { budget: contextWindow, reserve: replyReserve(maxNewTokens, contextWindow) };
}

/** The smallest window that the chat offers, in tokens; below it hardly a message fits. */
export const SMALLEST_BUDGET = 256;

/** What the chat takes for the window of a model that does not say how long its is, or is not loaded yet. */
export const USUAL_WINDOW = 8192;

/** The window of a chat: the model's, or the smaller one that the person has set. */
export function chatWindow(
  contextWindow: number | null | undefined,
  { limit, maxNewTokens }: { limit: number | null; maxNewTokens: number },
): { budget: number; reserve: number } {
  const most = contextWindow ?? USUAL_WINDOW;
  const budget = Math.min(limit ?? most, most);
  return { budget, reserve: replyReserve(maxNewTokens, budget) };
}

/** Even the newest utterance is too much: `needed` tokens with the system prompt and the reply. */
export function doesNotFit(needed: number, { budget, reserve }: ContextWindow): LabError {
  return new LabError({
    code: 'bad-config',
    what:
      `The system prompt, the newest message and ${reserve} tokens for the reply need ${needed} tokens, and ` +
      `${budget} fit.`,
    where: 'The context window',
    todo: 'Shorten the message or the system prompt, allow a shorter reply, or take a model with a larger window.',
  });
}

/** The template needs a message of the seeker at the beginning, and there is none. */
export function cannotOpen(): LabError {
  return new LabError({
    code: 'bad-config',
    what: 'The chat template of this model takes no conversation in which the seeker says nothing.',
    where: 'The context',
    todo: 'Begin with a message of the seeker, or take another model.',
  });
}
