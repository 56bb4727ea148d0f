import { LazyMap } from '../../async/memoised.ts';
import type { HistoryModel } from './history.ts';

/** Results kept of each kind; more than the conversations that a run works on at a time. */
const KEPT = 256;

/**
 * A model that computes the same result once, for methods that differ in their budgets only: they score the same
 * conversation, and summarise the same utterances.
 */
export function rememberingModel(model: HistoryModel): HistoryModel {
  const scores = new LazyMap<string, Awaited<ReturnType<HistoryModel['score']>>>(KEPT);
  const replies = new LazyMap<string, string>(KEPT);
  return {
    score: (text, signal) => scores.get(text, () => model.score(text, signal)),
    generate: (prompt, options) =>
      replies.get(JSON.stringify([prompt, options.maxNewTokens]), () => model.generate(prompt, options)),
  };
}
