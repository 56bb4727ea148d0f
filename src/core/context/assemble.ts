import { at } from '../at.ts';
import type { TokenSpan } from '../compression/representation.ts';
import { LabError, throwIfCancelled } from '../error.ts';
import { buildContext, isBlank, roleOf, type BuiltContext } from './build.ts';
import { estimateTokens } from './estimate.ts';
import type { ChatMessage } from './message.ts';
import { candidatesOf, type Candidates } from './candidates.ts';
import { longestThatFits, type Found } from './search.ts';
import { afterSteps, quotesOf, shortenPast, type Overflow, type Past } from './overflow.ts';
import { sentForms, type ContextUtterance, type NewestRule, type SentText } from './sent.ts';
import { templateTraits } from './template.ts';
import type { ModelTokenizer } from './tokenizer.ts';
import { cannotOpen, doesNotFit, type ContextWindow } from './window.ts';

/** A conversation under one condition, and the window that it must fit. */
export interface ContextRequest extends ContextWindow {
  /** The system prompt; if blank or absent, the template decides. */
  system?: string | undefined;
  /** The conversation, newest utterance last. */
  utterances: readonly ContextUtterance[];
  /** Each utterance under the condition; null where it is left out. Default: everything as written. */
  sent?: readonly (string | null)[] | undefined;
  /** The condition's summary of utterances that it left out; appended to the system message. */
  summary?: string | undefined;
  /** Indices of utterances that the condition leaves out of their place and quotes before the newest. */
  recalled?: readonly number[] | undefined;
  /** Default: `never-empty`. */
  newest?: NewestRule | undefined;
  /** What happens when the conversation outgrows the window. Default: each turn, the oldest that do not fit leave. */
  overflow?: Overflow | undefined;
}

/** Which utterances enter the context: those from index `from` on that the condition does not leave out. */
export interface Fit {
  from: number;
  /** Number of utterances sent. */
  kept: number;
  /** Number of utterances that do not fit the window, those in a summary included. */
  leftOut: number;
  /** Utterances of the supporter before the seeker's first message, if the template accepts no such opening. */
  unopened: number;
  /** Tokens of the prompt. */
  tokens: number;
}

/**
 * Why an utterance is not sent: the condition leaves it out or it is blank; the template accepts no conversation that
 * the supporter opens; it does not fit the window; it does not fit, and a summary covers it.
 */
export type Absence = 'condition' | 'opening' | 'window' | 'summary';

/** An utterance and how it is sent. */
export interface SeenUtterance extends SentText {
  role: ChatMessage['role'];
  /** Tokens of the text as sent, without what the template adds. */
  tokens: number;
  /** Why it is not in its place in the messages; null if it is. */
  absent: Absence | null;
  /** Where it lost words because the conversation outgrew the window: which words of the condition's text stay. */
  shortened: readonly TokenSpan[] | null;
  /** Quoted before the newest message; its tokens are those of the quote. */
  recalled: boolean;
}

/** A conversation as the model receives it. */
export interface ContextView<Fitting = Fit | LabError> {
  /** What the model receives; empty if nothing fits. */
  messages: ChatMessage[];
  /** The indices of the utterances in each message. */
  sources: number[][];
  /** Every utterance, sent or not. */
  utterances: SeenUtterance[];
  /** Tokens of the system message, the prompt's beginning and the opening of the reply. */
  base: number;
  /** How many of them a summary takes that was written because the conversation outgrew the window. */
  summaryTokens: number;
  /** Tokens the prompt would have with every utterance. */
  whole: number;
  /** The summary that the system message ends with, if any. */
  summary: string | null;
  /** The utterances with which the conversation outgrew the window; see `stepsOf`. */
  steps: number[];
  /** Why old utterances are only dropped, although more was asked for; null if all was done. */
  instead: NonNullable<Past['instead']> | null;
  /** What fits; an error if not even the newest utterance does. */
  fit: Fitting;
  /** Whether the model's own tokenizer rendered and counted the prompt; otherwise counts are estimates. */
  exact: boolean;
}
export type AssembledContext = ContextView<Fit>;

/** Introduces a summary, so that the model takes it for notes and not for an instruction. */
export const SUMMARY_HEAD = 'Notes on what was said before:';

/**
 * The only place that decides what a model sees of a conversation: the most recent utterances that fit the window with
 * the system prompt and the reply, as messages. With a tokenizer, the prompt is counted as the model's template renders
 * it, so that it never exceeds the window and one more utterance would; without one, counts are estimates.
 * @throws {LabError} `bad-config` when not even the newest utterance fits; `cancelled`; what the tokenizer throws.
 */
export async function assembleContext(
  request: ContextRequest,
  tokenizer: ModelTokenizer | null,
  signal?: AbortSignal,
): Promise<AssembledContext> {
  return fitted(await viewContext(request, tokenizer, signal));
}

/**
 * The view, if something fits.
 * @throws {LabError} `bad-config` when nothing does.
 */
export function fitted<View extends ContextView>(view: View): View & { fit: Fit } {
  const { fit } = view;
  if (fit instanceof LabError) throw fit;
  return { ...view, fit };
}

/**
 * The same for callers who also show what does not fit: `fit` holds the error.
 * @throws {LabError} `cancelled`; what the tokenizer throws.
 */
export async function viewContext(
  request: ContextRequest,
  tokenizer: ModelTokenizer | null,
  signal?: AbortSignal,
): Promise<ContextView> {
  const { utterances } = request;
  const countTokens = async (texts: string[]): Promise<number[]> =>
    tokenizer ? tokenizer.countTokens(texts) : texts.map(estimateTokens);
  const forms = sentForms(utterances, request.sent, request.newest ?? 'never-empty');
  const plain = await templateTraits(tokenizer, systemOf(request));
  const shortened =
    request.overflow &&
    (await shortenPast(
      { utterances, ...forms },
      { ...plain, room: roomIn(request), countTokens },
      request.overflow,
      signal,
    ));
  const { sent, summary, recalled } = afterSteps(request, forms, shortened);
  const system = systemOf({ system: request.system, summary });
  const quotes = quotesOf(utterances, recalled);
  const texts = sent.map(({ text }, i) => (recalled.includes(i) ? quotesOf(utterances, [i]) : (text ?? '')));
  const [traits, tokens] = await Promise.all([
    shortened?.summary === undefined ? plain : templateTraits(tokenizer, system),
    countTokens(quotes === '' ? texts : [...texts, quotes]),
  ]);
  const candidates = candidatesOf({ utterances, sent, tokens, quotes: tokens[utterances.length] ?? 0 }, traits);
  const { present, starts, predicted } = candidates;
  const contextFrom = (first: number): BuiltContext =>
    buildContext({ system, utterances, sent: sent.map(({ text }, index) => (index < first ? null : text)), quotes });
  let exact = tokenizer !== null;
  const found = await longestThatFits(predicted, roomIn(request), async (indices) => {
    throwIfCancelled(signal);
    const prompts = indices.map((index) => contextFrom(at(present, at(starts, index))).messages);
    const counts = exact && tokenizer ? await promptTokens(prompts, tokenizer) : null;
    exact = counts !== null;
    return counts ?? indices.map((index) => at(predicted, index));
  });
  throwIfCancelled(signal);
  const fit = fitOf(candidates, found, traits.base, request);
  const sends = new Set(present);
  const opening = present[starts[0] ?? present.length] ?? utterances.length;
  const first = fit instanceof LabError ? utterances.length : fit.from;
  const step = shortened?.steps.at(-1) ?? 0;
  const absenceOf = (index: number): Absence | null => {
    if (sends.has(index)) return index < opening ? 'opening' : index < first ? 'window' : null;
    if (index >= step || isBlank(at(utterances, index).text)) return 'condition';
    return index < (shortened?.summarised ?? 0) ? 'summary' : 'window';
  };
  const seen = utterances.map(({ speaker }, index): SeenUtterance => ({
    ...at(sent, index),
    role: roleOf(speaker),
    tokens: at(tokens, index),
    absent: absenceOf(index),
    shortened: index < step ? (shortened?.spans?.[index] ?? null) : null,
    recalled: recalled.includes(index),
  }));
  const gone = seen.filter(({ absent }, i) => !sends.has(i) && absent !== 'condition').length;
  return {
    ...(fit instanceof LabError ? { messages: [], sources: [] } : contextFrom(first)),
    utterances: seen,
    base: traits.base,
    summaryTokens: traits.base - plain.base,
    whole: shortened?.whole ?? found.measured.get(0) ?? traits.base,
    fit: fit instanceof LabError ? fit : { ...fit, leftOut: fit.leftOut + gone },
    exact,
    summary: summary ?? null,
    steps: shortened?.steps ?? [],
    instead: shortened?.instead ?? null,
  };
}

function systemOf({ system = '', summary }: Pick<ContextRequest, 'system' | 'summary'>): string {
  const notes = summary === undefined ? '' : `${SUMMARY_HEAD} ${summary}`;
  return [system.trim(), notes].filter((text) => text !== '').join('\n\n');
}

const roomIn = ({ budget, reserve }: ContextWindow): number => (budget ?? Infinity) - reserve;

/** Tokens of the prompts as the template renders them; null if it refuses these messages. */
async function promptTokens(prompts: ChatMessage[][], tokenizer: ModelTokenizer): Promise<number[] | null> {
  try {
    const rendered = await Promise.all(prompts.map((messages) => tokenizer.renderPrompt(messages)));
    return await tokenizer.countTokens(rendered, 'prompt');
  } catch (error) {
    if (error instanceof LabError && error.code === 'bad-data') return null;
    throw error;
  }
}

function fitOf(
  { present, starts, predicted }: Candidates,
  { index, measured }: Found,
  base: number,
  window: ContextWindow,
): Fit | LabError {
  if (present.length === 0) {
    return base <= roomIn(window)
      ? { from: 0, kept: 0, leftOut: 0, unopened: 0, tokens: base }
      : doesNotFit(base + window.reserve, window);
  }
  const [first] = starts;
  if (first === undefined) return cannotOpen();
  if (index === null) return doesNotFit((measured.get(starts.length - 1) ?? 0) + window.reserve, window);
  const place = at(starts, index);
  return {
    from: at(present, place),
    kept: present.length - place,
    leftOut: place - first,
    unopened: first,
    tokens: measured.get(index) ?? at(predicted, index),
  };
}
