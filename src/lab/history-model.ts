import { requireScorer } from '../core/engine/capabilities.ts';
import type { LoadedModel } from '../core/engine/engine.ts';
import { LabError } from '../core/error.ts';
import { plainText } from '../core/tokenizer/plain-text.ts';
import type { HistoryModel } from '../core/compression/history/history.ts';

/**
 * A loaded model as the methods that shorten conversations need it: its likeliest reply to one message, the same each
 * time, and the probabilities of a text. Rejects as the model does.
 */
export function historyModel(model: Pick<LoadedModel, 'info' | 'stream' | 'scorer'>): HistoryModel {
  return {
    score: async (text, signal) => requireScorer(model).score(plainText(text), signal),
    async generate(prompt, { maxNewTokens, signal }) {
      let text = '';
      const greedy = { temperature: 0, topP: 1, topK: 1, maxNewTokens, seed: 0 };
      for await (const event of model.stream([{ role: 'user', content: prompt }], greedy, signal)) {
        if (event.type === 'text') text += event.text;
        // Half a summary must not be taken for one.
        if (event.type === 'done' && event.reason === 'cancelled') throw LabError.cancelled();
      }
      return text;
    },
  };
}
