import type { Utterance } from '../../dataset/dialogue.ts';
import { throwIfCancelled } from '../../error.ts';
import type { TokenSpan } from '../representation.ts';
import { joinKept, segment } from '../segment.ts';
import type { HistoryMethod, HistoryModel } from './history.ts';

/** Characters scored at once; more would not fit a small model's window. */
const CHUNK = 4000;

/** A word of an utterance and how surprising the model finds it. */
export interface InformedSpan extends Omit<TokenSpan, 'keep'> {
  /** Sum of -log p over its tokens, in nats. */
  information: number;
}

/**
 * Drops the words that tell the model least: of all words before the newest utterance, the share `drop` with the lowest
 * self-information (Selective Context, Li et al. 2023, arXiv:2310.06201; its lexical units are words here). The
 * beginning of a scored chunk has no probability and stays.
 */
export function selectiveContext(model: Pick<HistoryModel, 'score'>, drop = 0.5): HistoryMethod {
  return {
    id: `selective-${drop}`,
    name: `Selective Context ${Math.round(100 * drop)} %`,
    summary: `Without the ${Math.round(100 * drop)} % of words that the model predicts best.`,
    async compact(utterances, signal) {
      const old = utterances.slice(0, -1);
      const informed = await informationOf(old, model, signal);
      const sorted = informed
        .flat()
        .map(({ information }) => information)
        .sort((a, b) => a - b);
      const threshold = sorted[Math.floor(drop * sorted.length)] ?? Infinity;
      const compressed = old.map(({ text }, i) =>
        joinKept(
          text,
          (informed[i] ?? []).map((span) => ({ ...span, keep: drop < 1 && span.information >= threshold })),
        ),
      );
      return { sent: [...compressed, ...utterances.slice(-1).map(({ text }) => text)] };
    },
  };
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
