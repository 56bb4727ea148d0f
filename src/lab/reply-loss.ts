import type { ChatMessage } from '../context/message.ts';
import type { LoadedModel, TokenScore } from '../engine/engine.ts';

/** How surprised a model is by a reply, given what came before it. */
export interface ReplyLoss {
  /** The reply's tokens with their log-probabilities, in nats. */
  tokens: TokenScore[];
  /** Mean negative log-likelihood of a token, in nats; its exponential is the perplexity. */
  loss: number;
  /** Tokens of the prompt. */
  promptTokens: number;
}

/**
 * Scores `reply` as the model's answer to `messages`, without the token that ends a turn. Rejects as
 * `LoadedModel.score` does.
 */
export async function replyLoss(model: LoadedModel, messages: ChatMessage[], reply: string, signal?: AbortSignal): Promise<ReplyLoss> {
  const prompt = await model.renderPrompt(messages);
  const [promptTokens = 0] = await model.countTokens([prompt]);
  const scores = await model.score(prompt + reply, signal, promptTokens);
  const tokens = scores.slice(promptTokens);
  const sum = tokens.reduce((total, { logprob }) => total - (logprob ?? 0), 0);
  return { tokens, loss: tokens.length === 0 ? Number.NaN : sum / tokens.length, promptTokens };
}
