import type { Utterance } from '../../dataset/dialogue.ts';
import { throwIfCancelled } from '../../error.ts';
import type { TokenSpan } from '../representation.ts';
import { joinKept, segment } from '../segment.ts';
import type { CountTokens, HistoryMethod, HistoryModel } from './history.ts';

/** Characters scored at once; more would not fit a small model's window. */
const CHUNK = 4000;

/** A word of an utterance and how surprising the model finds it. */
export interface InformedSpan extends Omit<TokenSpan, 'keep'> {
  /** Sum of -log p over its tokens, in nats. */
  information: number;
}

/** Tokens for the texts that stay, and how they are counted. */
interface SelectiveBudget {
  tokens: number;
  countTokens: CountTokens;
}

/** Bisections of the share of words to drop; the last one is exact to 1.6 %. */
const BISECTIONS = 6;

/**
 * Drops the words that tell the model least: of all words before the newest utterance, the share `drop` with the lowest
 * self-information (Selective Context, Li et al. 2023, arXiv:2310.06201; its lexical units are words here). The
 * beginning of a scored chunk has no probability and stays. Under a budget it drops only as many words as necessary, at
 * most that share; what then does not fit is left out, oldest utterances first.
 */
export function selectiveContext(
  model: Pick<HistoryModel, 'score'>,
  drop = 0.5,
  budget?: SelectiveBudget,
): HistoryMethod {
  const share = `${Math.round(100 * drop)} %`;
  return {
    id: `selective-${drop}${budget ? `-tokens-${budget.tokens}` : ''}`,
    name: `Selective Context ${budget ? `in ${budget.tokens} tokens` : share}`,
    summary: budget
      ? `Without up to ${share} of words, those that the model predicts best, in ${budget.tokens} tokens.`
      : `Without the ${share} of words that the model predicts best.`,
    async compact(utterances, signal) {
      const old = utterances.slice(0, -1);
      const newest = utterances.slice(-1).map(({ text }) => text);
      const kept = budget
        ? await necessary(old, newest, { model, drop, budget }, signal)
        : dropping(await informationOf(old, model, signal), drop);
      // The oldest have no spans; nothing is left of them.
      const out = old.length - kept.length;
      return {
        sent: [...old.map(({ text }, i) => (i < out ? null : joinKept(text, kept[i - out] ?? []))), ...newest],
        spans: [...old.map((_, i) => kept[i - out] ?? null), ...newest.map(() => null)],
      };
    },
  };
}

/** The words that stay if the share `drop` with the least information goes. */
function dropping(informed: readonly InformedSpan[][], drop: number): TokenSpan[][] {
  const sorted = informed
    .flat()
    .map(({ information }) => information)
    .sort((a, b) => a - b);
  const threshold = sorted[Math.floor(drop * sorted.length)] ?? Infinity;
  return informed.map((spans) =>
    spans.map(({ start, end, information }) => ({ start, end, keep: drop < 1 && information >= threshold })),
  );
}

/** The words that stay of the latest utterances that a budget holds: as many utterances, then as many words, as fit. */
async function necessary(
  old: readonly Utterance[],
  newest: string[],
  { model, drop, budget }: { model: Pick<HistoryModel, 'score'>; drop: number; budget: SelectiveBudget },
  signal?: AbortSignal,
): Promise<TokenSpan[][]> {
  const { tokens, countTokens } = budget;
  const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
  const room = tokens - sum(await countTokens(newest));
  if (sum(await countTokens(old.map(({ text }) => text))) <= room)
    return old.map(({ text }) => segment(text).map((range) => ({ ...range, keep: true })));
  const sizesOf = async (informed: readonly InformedSpan[][], share: number): Promise<number[]> => {
    const spans = dropping(informed, share);
    const texts = old.slice(old.length - informed.length).map(({ text }) => text);
    return countTokens(texts.map((text, i) => joinKept(text, spans[i] ?? [])));
  };
  let informed = await informationOf(old, model, signal);
  for (;;) {
    const sizes = await sizesOf(informed, drop);
    let excess = sum(sizes) - room;
    if (excess <= 0 || informed.length === 0) break;
    let from = 0;
    while (from < sizes.length && excess > 0) excess -= sizes[from++] ?? 0;
    informed = informed.slice(from);
  }
  let [fits, tooLong] = [drop, 0];
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = (fits + tooLong) / 2;
    if (sum(await sizesOf(informed, middle)) <= room) fits = middle;
    else tooLong = middle;
  }
  return dropping(informed, fits);
}

/** The words of each utterance with their self-information given everything before them. */
export async function informationOf(
  utterances: readonly Utterance[],
  model: Pick<HistoryModel, 'score'>,
  signal?: AbortSignal,
): Promise<InformedSpan[][]> {
  const result: InformedSpan[][] = [];
  for (const texts of chunks(utterances.map(({ text }) => text))) {
    throwIfCancelled(signal);
    const joined = texts.join('\n');
    const perCharacter = spread(joined, await model.score(joined, signal));
    let offset = 0;
    for (const text of texts) {
      result.push(
        segment(text).map(({ start, end }) => ({
          start,
          end,
          information: sum(perCharacter, offset + start, offset + end),
        })),
      );
      offset += text.length + 1;
    }
  }
  return result;
}

/** Groups of whole texts with at most `CHUNK` characters in all, or one longer text. */
function chunks(texts: readonly string[]): string[][] {
  const lists: string[][] = [];
  let length = Infinity;
  for (const text of texts) {
    if (length + text.length > CHUNK) {
      lists.push([]);
      length = 0;
    }
    lists.at(-1)?.push(text);
    length += text.length + 1;
  }
  return lists;
}

/**
 * The surprise of each token assigned to its characters; leading white space counts towards the word. Tokens whose text
 * is not found there (special tokens, halves of a character) add theirs to the next character.
 */
function spread(text: string, tokens: readonly { text: string; logprob: number | null }[]): Float64Array {
  const information = new Float64Array(text.length + 1);
  let at = 0;
  for (const token of tokens) {
    const surprise = token.logprob === null ? Infinity : -token.logprob;
    const found = token.text !== '' && text.startsWith(token.text, at);
    const shown = at + (found ? token.text.length - token.text.trimStart().length : 0);
    const place = Math.min(shown, text.length);
    information[place] = (information[place] ?? 0) + surprise;
    if (found) at += token.text.length;
    else if (token.text.includes('\ufffd')) at = Math.min(text.length, at + 1);
  }
  return information;
}

function sum(values: Float64Array, from: number, to: number): number {
  let total = 0;
  for (let i = from; i < to; i++) total += values[i] ?? 0;
  return total;
}
