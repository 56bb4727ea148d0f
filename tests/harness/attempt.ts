import type { Page } from 'playwright-core';
import type { LoadedInfo } from '../../src/core/engine/engine.ts';
import type * as models from './engine-page/models.ts';

/** What came of an attempt. */
export interface Tried {
  info?: LoadedInfo;
  tokens?: number;
  scores?: (number | null)[];
  error?: { code?: string; message: string };
}

/**
 * In the page: adds the model at an address, loads it, and lets it score and, if `newTokens` is given, reply; or
 * returns the error. `keep` leaves it loaded, for the calls of page-model.ts.
 */
export function attempt(
  page: Page,
  url: string,
  options: models.ModelLoadOptions = {},
  { newTokens = 0, keep = false } = {},
): Promise<Tried> {
  return page.evaluate(
    async ({ url, options, newTokens, keep }) => {
      try {
        const { id } = await solace.addFromUrl(url);
        const model = await solace.loadModel(id, options);
        try {
          if (newTokens === 0) return { info: model.info };
          const scores = ((await model.scorer?.score('hello hello')) ?? []).map(({ logprob }) => logprob);
          const settings = { temperature: 0, topK: 0, topP: 1, maxNewTokens: newTokens, seed: 1 };
          let tokens = 0;
          for await (const event of model.stream([{ role: 'user', content: 'hello' }], settings))
            if (event.type === 'done') tokens = event.stats.newTokens;
          return { info: model.info, tokens, scores };
        } finally {
          if (keep) Object.assign(globalThis, { model });
          else await model.unload();
        }
      } catch (error) {
        const { code, message } = error as { code?: string; message: string };
        return { error: { ...(code ? { code } : {}), message } };
      }
    },
    { url, options, newTokens, keep },
  );
}
