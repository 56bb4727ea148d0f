import { collectReply } from '../core/engine/collect-reply.ts';
import { requireScorer } from '../core/engine/capabilities.ts';
import type { LoadedModel } from '../core/engine/engine.ts';
import { plainText } from '../core/tokenizer/plain-text.ts';
import type { HistoryModel } from '../core/compression/history/history.ts';

/**
 * Adapts a loaded model to the methods that shorten conversations: its likeliest reply to one message, which is always
 * the same, and the probabilities of a text. Rejects as the model does.
 */
export function historyModel(model: Pick<LoadedModel, 'info' | 'stream' | 'scorer'>): HistoryModel {
  return {
    score: async (text, signal) => requireScorer(model).score(plainText(text), signal),
    async generate(prompt, { maxNewTokens, signal }) {
      const greedy = { temperature: 0, topP: 1, topK: 1, maxNewTokens, seed: 0 };
      return (await collectReply(model.stream([{ role: 'user', content: prompt }], greedy, signal))).text;
    },
  };
}
