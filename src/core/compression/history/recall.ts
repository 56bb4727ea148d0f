import { at } from '../../at.ts';
import type { Utterance } from '../../dataset/dialogue.ts';
import { countWords } from '../../dataset/statistics.ts';
import { closest } from '../../embedding/closest.ts';
import type { Embedder } from '../../embedding/embedder.ts';
import { underBudget } from './budget.ts';
import type { CountTokens, HistoryMethod, UtteranceCompressor } from './history.ts';
import { quoteOf } from './quote.ts';

export interface RecallOptions {
  /** At most this many utterances. */
  most?: number | undefined;
  /** The least similarity to the newest utterance, in -1..1. */
  atLeast?: number | undefined;
}

/**
 * Half of the ordinary messages of a conversation have an earlier one this close with MiniLM, and 9 of 10 messages that
 * refer to something said earlier do; see docs/reference/compression.md.
 */
const RELATED = 0.32;
const MOST = 4;

/** Very short texts ("Hm.", "Yes, please.") are close to each other and to nothing that matters. */
const saysSomething = (text: string): boolean => countWords(text) >= 3;

interface Search extends RecallOptions {
  /** What is looked for. */
  query: string;
  /** The utterances that the model would not read otherwise. */
  earlier: readonly Pick<Utterance, 'speaker' | 'text'>[];
  /** Tokens for the quotes. */
  tokens: number;
  countTokens: CountTokens;
  embedder: Embedder;
}

/** The indices of the earlier utterances closest in meaning to the query whose quotes fit the tokens, oldest first. */
export async function findEarlier(
  { query, earlier, tokens, countTokens, embedder, most = MOST, atLeast = RELATED }: Search,
  signal?: AbortSignal,
): Promise<number[]> {
  if (earlier.length === 0 || !saysSomething(query)) return [];
  const [wanted = new Float32Array(), ...vectors] = await embedder.embed(
    [query, ...earlier.map(({ text }) => text)],
    signal,
  );
  const sizes = await countTokens(earlier.map(quoteOf));
  const found: number[] = [];
  const said = new Set<string>();
  let left = tokens;
  for (const { index } of closest(wanted, vectors, { most: earlier.length, atLeast })) {
    const { text } = at(earlier, index);
    if (at(sizes, index) > left || said.has(text) || !saysSomething(text)) continue;
    said.add(text);
    left -= at(sizes, index);
    found.push(index);
    if (found.length === most) break;
  }
  return found.sort((a, b) => a - b);
}

export interface WithRecallOptions extends RecallOptions {
  /** Tokens for all texts, quotes included. */
  tokens: number;
  /** Share of them for quotes, in 0..1. */
  share: number;
  /** The form of the utterances that stay; quotes are as written. */
  form: UtteranceCompressor;
  countTokens: CountTokens;
  embedder: Embedder;
}

/**
 * The most recent utterances, and of those left out the ones closest in meaning to the newest, quoted before it: the
 * retrieval part of memory for long conversations (Xu et al. 2022, arXiv:2107.07567), with sentence vectors.
 */
export function withRecall({ tokens, share, form, countTokens, embedder, ...rest }: WithRecallOptions): HistoryMethod {
  const { most = MOST, atLeast = RELATED } = rest;
  const windowOf = (room: number) => underBudget({ tokens: room, countTokens, forms: [form] });
  return {
    id: `recall-${tokens}-${share}-${most}-${atLeast}-${form.id}`,
    name: `${form.name} and recall in ${tokens} tokens`,
    summary: `The latest utterances and up to ${most} earlier ones that are close to the newest, in ${tokens} tokens.`,
    async compact(utterances, signal) {
      const whole = await windowOf(tokens).compact(utterances, signal);
      if (!whole.sent.includes(null)) return whole;
      const quotes = Math.floor(tokens * share);
      const reserved = await windowOf(tokens - quotes).compact(utterances, signal);
      const absent = utterances.flatMap((_, i) => (reserved.sent[i] === null ? [i] : []));
      const earlier = absent.map((i) => at(utterances, i));
      const query = utterances.at(-1)?.text ?? '';
      const search = { query, earlier, tokens: quotes, countTokens, embedder, most, atLeast };
      const found = (await findEarlier(search, signal)).map((place) => at(absent, place));
      // What the quotes leave of their share goes to the window.
      const used = (await countTokens(found.map((i) => quoteOf(at(utterances, i))))).reduce(
        (sum, each) => sum + each,
        0,
      );
      const window = await windowOf(tokens - used).compact(utterances, signal);
      return { ...window, recalled: found.filter((i) => window.sent[i] === null) };
    },
  };
}
