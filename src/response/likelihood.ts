import type { ChatMessage } from '../context/message.ts';
import type { LoadedModel } from '../engine/engine.ts';
import { LabError } from '../error.ts';

/** How likely a reply is, given what came before: the reply's tokens and the one that ends its turn. */
export interface ReplyLikelihood {
  /** Negative log-likelihood, in nats. */
  sum: number;
  tokens: number;
  promptTokens: number;
}

/**
 * Scores `reply` as the model's answer to `messages`, with its end-of-turn token, as training counts it.
 * @throws LabError `unsupported` where the template shows a reply differently than it asks for it; what `score` throws
 */
export async function replyLikelihood(model: LoadedModel, messages: ChatMessage[], reply: string, signal?: AbortSignal): Promise<ReplyLikelihood> {
  const prompt = await model.renderPrompt(messages);
  const whole = await model.renderPrompt([...messages, { role: 'assistant', content: reply }]);
  const answered = prompt + reply;
  if (!whole.startsWith(answered) || whole.length === answered.length) {
    throw new LabError({
      code: 'unsupported',
      where: model.info.modelId,
      what: 'The chat template renders a reply differently than it asks for one, so the reply cannot be scored.',
      todo: 'Take a model whose template only appends, or leave perplexity out.',
    });
  }
  const [promptTokens = 0, answeredTokens = 0] = await model.countTokens([prompt, answered]);
  const scores = await model.score(whole, signal, promptTokens);
  const counted = scores.slice(promptTokens, answeredTokens + 1);
  const sum = counted.reduce((total, { logprob }) => total - (logprob ?? Number.NaN), 0);
  if (!Number.isFinite(sum)) {
    throw new LabError({ code: 'bad-data', where: model.info.modelId, what: 'The model gave a likelihood that is no number.', todo: 'Load the model again.' });
  }
  return { sum, tokens: counted.length, promptTokens };
}
