import { at } from '../at.ts';
import type { CompactedHistory, CountTokens } from '../compression/history/history.ts';
import { quoteOf } from '../compression/history/quote.ts';
import { isBlank } from './build.ts';
import { newestIn, type ContextUtterance, type SentForms, type SentText } from './sent.ts';

/** How a conversation that outgrows its window is shortened. */
export interface Overflow {
  /** Shortens all but the newest of these utterances so that together they have at most `tokens`. */
  shorten: (
    utterances: readonly ContextUtterance[],
    room: { tokens: number; countTokens: CountTokens },
    signal?: AbortSignal,
  ) => Promise<Past>;
  /** Finds what is quoted from the utterances that left; absent if nothing is. */
  recall?: {
    /** Share of the window that is kept free for quotes, in 0..1. */
    share: number;
    /** Indices into `earlier`; null if nothing can be found here, e.g. without a network. */
    find: (
      search: { query: string; earlier: readonly ContextUtterance[]; tokens: number; countTokens: CountTokens },
      signal?: AbortSignal,
    ) => Promise<number[] | null>;
  };
}

/** The utterances before the newest, shortened. */
export interface Past extends CompactedHistory {
  /**
   * Why the oldest are only dropped, although more was asked for: the model is asked later, when the reply is written;
   * or what the method needs is not available.
   */
  instead?: 'later' | 'unsupported';
}

/**
 * The share of the window that is freed at once. A cache of keys and values holds as long as the beginning of the
 * prompt does not change, so a conversation is shortened rarely and by much, rather than a little with every turn.
 */
const STEP = 1 / 4;

/** Tokens of the utterances with what the template adds around each. */
interface Sizes {
  /** Tokens of the prompt without them. */
  base: number;
  /** Of each, as it is sent when it is no longer the newest. */
  later: readonly number[];
  /** Of each, as it was sent when it was the newest. */
  newest: readonly number[];
}

/**
 * The indices of the utterances with which the conversation outgrew the window, oldest first: each time, everything
 * before that utterance is shortened until a quarter of the window is free. They follow from the conversation alone,
 * and a longer conversation has the same ones and perhaps more.
 */
function stepsOf({ base, later, newest }: Sizes, room: number): number[] {
  const steps: number[] = [];
  let used = base;
  later.forEach((size, i) => {
    if (i > 0 && used + at(newest, i) > room) {
      steps.push(i);
      used = Math.max(base, targetIn(room) - at(newest, i));
    }
    used += size;
  });
  return steps;
}

const targetIn = (room: number): number => Math.floor(room * (1 - STEP));

/** A conversation with the texts to send of each utterance under its condition. */
interface Conversation extends SentForms {
  utterances: readonly ContextUtterance[];
}

/** A conversation shortened at its last step. */
export interface Shortened extends Past {
  /** See `stepsOf`. */
  steps: number[];
  /** Tokens the prompt would have with every utterance, predicted. */
  whole: number;
}

interface Measures {
  base: number;
  perMessage: number;
  /** Tokens of the prompt. */
  room: number;
  countTokens: CountTokens;
}

/** Shortens a conversation at its last step and looks back; undefined if it has not outgrown the window. */
export async function shortenPast(
  { utterances, later, newest }: Conversation,
  { base, perMessage, room, countTokens }: Measures,
  overflow: Overflow,
  signal?: AbortSignal,
): Promise<Shortened | undefined> {
  if (room === Infinity) return undefined;
  const count = async (texts: string[]): Promise<number[]> =>
    (await countTokens(texts)).map((tokens, i) => (isBlank(at(texts, i)) ? 0 : tokens + perMessage));
  const textsOf = (list: readonly SentText[]): string[] => list.map(({ text }) => text ?? '');
  const sizes = { base, later: await count(textsOf(later)), newest: await count(textsOf(newest)) };
  const steps = stepsOf(sizes, room);
  const step = steps.at(-1);
  if (step === undefined) return undefined;
  const quotes = overflow.recall ? Math.floor(room * overflow.recall.share) : 0;
  const texts = [...textsOf(later.slice(0, step)), at(newest, step).text ?? ''];
  const past = await overflow.shorten(
    texts.map((text, i) => ({ ...at(utterances, i), text })),
    { tokens: targetIn(room) - base - quotes, countTokens: count },
    signal,
  );
  const sent = later.map(({ text }, i) => (i < step ? (past.sent[i] ?? null) : text));
  const shortened = { ...past, sent, steps, whole: sizes.later.reduce((sum, size) => sum + size, base) };
  const gone = utterances.flatMap(({ text }, i) => (i < step && sent[i] === null && !isBlank(text) ? [i] : []));
  const query = newest.at(-1)?.text ?? '';
  if (!overflow.recall || gone.length === 0) return shortened;
  const earlier = gone.map((i) => at(utterances, i));
  const found = await overflow.recall.find({ query, earlier, tokens: quotes, countTokens }, signal);
  if (!found) return { ...shortened, instead: 'unsupported' };
  return { ...shortened, recalled: found.map((place) => at(gone, place)) };
}

/** What is sent of each utterance after the conversation was shortened, if it was. */
export function afterSteps(
  given: {
    utterances: readonly ContextUtterance[];
    summary?: string | undefined;
    recalled?: readonly number[] | undefined;
  },
  { later, newest }: SentForms,
  shortened: Shortened | undefined,
): { sent: SentText[]; summary: string | undefined; recalled: readonly number[] } {
  const answered = newestIn(given.utterances);
  const sent = later.map((form, index): SentText => {
    if (index === answered) return at(newest, index);
    const text = shortened ? (shortened.sent[index] ?? null) : form.text;
    // An utterance that must be sent as written is never shortened, but may leave.
    return { ...form, text: text !== null && form.asWritten ? form.text : text };
  });
  const recalled = shortened ? shortened.recalled : given.recalled;
  return {
    sent,
    summary: shortened?.summary ?? given.summary,
    recalled: (recalled ?? []).filter((index) => at(sent, index).text === null),
  };
}

/** The quotes before the newest message, one per line; empty if nothing is recalled. */
export const quotesOf = (utterances: readonly ContextUtterance[], recalled: readonly number[] = []): string =>
  recalled.map((i) => quoteOf(at(utterances, i))).join('\n');
