import type { Assist } from '../core/assist/assist.ts';
import type { ExchangeIndex } from '../core/assist/exchange-index.ts';
import { Lazy } from '../core/async/memoised.ts';
import { fetchChecked } from '../browser/fetch-checked.ts';
import { getDataset } from './datasets.ts';
import { pageEmbedder, pageEncoder } from './sentences.ts';

/** Fetches the corpus and its index when exchanges are first looked up. */
const index = new Lazy(async (): Promise<ExchangeIndex> => {
  const [{ openExchangeIndex }, { EXCHANGES_DATASET, EXCHANGES_FILE, exchangesOf }] = await Promise.all([
    import('../core/assist/exchange-index.ts'),
    import('../core/assist/exchanges.ts'),
  ]);
  const url = new URL(`dialogues/${EXCHANGES_FILE}`, document.baseURI).href;
  const failure = { what: 'The index of similar exchanges could not be fetched.', todo: 'Try again when online.' };
  const [{ dialogues }, bytes] = await Promise.all([
    getDataset(EXCHANGES_DATASET),
    fetchChecked(url, failure, async (response) => new Uint8Array(await response.arrayBuffer())),
  ]);
  return openExchangeIndex(bytes, exchangesOf(dialogues), url);
});

/** Few chats are assisted, so the first page does without this code. */
const assist = new Lazy(async (): Promise<Assist> => {
  const [{ createAssist }, { default: weights }] = await Promise.all([
    import('../core/assist/create.ts'),
    import('../core/assist/ranker.json', { with: { type: 'json' } }),
  ]);
  return createAssist({ embedder: pageEmbedder, encoder: pageEncoder, index: () => index.get(), weights });
});

/** What assisted replies of the page need. Rejects if its code cannot be fetched. */
export const openAssist = (): Promise<Assist> => assist.get();
