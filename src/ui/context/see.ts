import { buildContext, sentTexts } from '../../core/context/build.ts';
import { ESTIMATED_TEMPLATE, estimateTokens } from '../../core/context/estimate.ts';
import type { ChatMessage } from '../../core/context/message.ts';
import type { TemplateCosts } from '../../core/context/template-costs.ts';
import { fitWindow, type Fit, type PromptCosts, type WindowInput } from '../../core/context/window.ts';
import type { Utterance } from '../../core/dataset/dialogue.ts';
import { LabError } from '../../core/error.ts';
import type { Compression, CompressOptions } from '../../lab/compression.ts';
import type { Compressed } from '../../core/compression/representation.ts';

/** Exact counts of a model's tokens. */
export interface TokenReader {
  countTokens(texts: string[]): Promise<number[]>;
  template(system: string): Promise<TemplateCosts>;
}

export interface ContextRequest {
  system: string;
  /** Those that are `whole` are not compressed, nor is the seeker's newest where nothing would be left of it. */
  utterances: readonly (Pick<Utterance, 'speaker' | 'text'> & { whole?: boolean })[];
  options: CompressOptions;
  window: Omit<WindowInput, 'costs'>;
}

/** A conversation as a model receives it under one representation. */
export interface SeenContext {
  /** Each utterance, oldest first, whether it fits or not. */
  compressed: Compressed[];
  costs: PromptCosts;
  /** What fits; an error where not even the newest utterance does. */
  fit: Fit | LabError;
  /** Counts come from `estimateTokens`, not from the model's tokenizer. */
  estimated: boolean;
}

/** Compresses a conversation and counts what it costs. Rejects as `compress` and `reader` do. */
export async function seeContext(
  { system, utterances, options, window }: ContextRequest,
  reader: TokenReader | null,
  compress: Compression['compress'],
  signal?: AbortSignal,
): Promise<SeenContext> {
  const made = await compress(
    utterances.map(({ text }) => text),
    options,
    signal,
  );
  // A "no" or an "ok" still has to be answered, so the newest message is never sent empty.
  const newest = utterances.findLastIndex(({ speaker }) => speaker === 'seeker');
  const compressed = made.map((each, i): Compressed => {
    const utterance = utterances[i];
    if (!utterance || options.representation === 'raw') return each;
    const asWritten = utterance.whole
      ? 'danger'
      : i === newest && saysNothing(each.text, utterance.text)
        ? 'empty'
        : null;
    return asWritten ? { text: utterance.text, spans: [], asWritten } : each;
  });
  const sent = sentTexts({ utterances, sent: compressed.map(({ text }) => text) });
  const [tokens, template] = reader
    ? await Promise.all([reader.countTokens(sent), reader.template(system)])
    : [sent.map(estimateTokens), estimatedTemplate(system)];
  const costs = { ...template, utterances: utterances.map(({ speaker }, i) => ({ speaker, tokens: tokens[i] ?? 0 })) };
  return { compressed, costs, fit: fitWindow({ costs, ...window }), estimated: reader === null };
}

/** The messages to send: the system prompt and the utterances that fit. Throws the error where none fits. */
export function messagesOf(
  { system, utterances }: Pick<ContextRequest, 'system' | 'utterances'>,
  { compressed, fit }: SeenContext,
): ChatMessage[] {
  if (fit instanceof LabError) throw fit;
  const sent = compressed.map(({ text }) => text);
  return buildContext({ system, utterances: utterances.slice(fit.from), sent: sent.slice(fit.from) }).messages;
}

/** Whether words were dropped and none is left; a full stop is no answer. */
const saysNothing = (sent: string, written: string): boolean => sent !== written.trim() && !/[\p{L}\p{N}]/u.test(sent);

function estimatedTemplate(system: string): TemplateCosts {
  const { base, perMessage } = ESTIMATED_TEMPLATE;
  return { base: system.trim() ? base + perMessage + estimateTokens(system) : base, perMessage };
}
