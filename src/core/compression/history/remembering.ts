import { LazyMap } from '../../async/memoised.ts';
import type { HistoryModel } from './history.ts';

/** Results kept of each kind; more than the conversations that a run works on at a time. */
const KEPT = 256;

/**
 * A model that computes the same result once, for methods that differ in their budgets only: they score the same
 * conversation, and summarise the same utterances.
 */
export function rememberingModel(model: HistoryModel): HistoryModel {
  const scores = new Recent<Awaited<ReturnType<HistoryModel['score']>>>();
  const replies = new Recent<string>();
  return {
    score: (text, signal) => scores.get(text, () => model.score(text, signal)),
    generate: (prompt, options) =>
      replies.get(JSON.stringify([prompt, options.maxNewTokens]), () => model.generate(prompt, options)),
  };
}

/** The results that were made last. */
class Recent<Value> {
  readonly #results = new LazyMap<string, Value>();
  readonly #keys = new Set<string>();

  get(key: string, make: () => Promise<Value>): Promise<Value> {
    this.#keys.add(key);
    const [oldest] = this.#keys;
    if (oldest !== undefined && this.#keys.size > KEPT) {
      this.#keys.delete(oldest);
      this.#results.forget(oldest);
    }
    return this.#results.get(key, make);
  }
}
