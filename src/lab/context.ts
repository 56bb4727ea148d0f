import { buildContext, isBlank, sentTexts } from '../core/context/build.ts';
import type { BuiltContext } from '../core/context/build.ts';
import { ESTIMATED_TEMPLATE, estimateTokens } from '../core/context/estimate.ts';
import type { ChatMessage } from '../core/context/message.ts';
import { measureTemplate } from '../core/context/template-costs.ts';
import type { PromptReader, TemplateCosts } from '../core/context/template-costs.ts';
import { doesNotFit, fitWindow, windowMeter } from '../core/context/window.ts';
import type { Fit, MeterRow, PromptCosts } from '../core/context/window.ts';
import type { Utterance } from '../core/dataset/dialogue.ts';
import { LabError, throwIfCancelled } from '../core/error.ts';
import { REPRESENTATION_IDS } from '../core/compression/representation.ts';
import type { Compressed, RepresentationId } from '../core/compression/representation.ts';
import { compress as sharedCompress } from './compression.ts';
import type { Compression, CompressOptions } from './compression.ts';

export interface ContextRequest {
  system?: string;
  /** What was said, the newest last. */
  utterances: readonly Pick<Utterance, 'speaker' | 'text'>[];
  options: CompressOptions;
  /** Tokens that fit, prompt and reply together; null where there is no limit or none is known. */
  budget: number | null;
  /** Tokens kept free for the reply. */
  reserve: number;
  /** Send the newest utterance as it was written when the seeker wrote it. */
  newestWhole?: boolean;
}

export interface PreparedContext {
  /** What the model receives. */
  messages: ChatMessage[];
  /** For each message, the indices of the utterances in it. */
  sources: number[][];
  /** One an utterance, also for those left out. */
  compressed: Compressed[];
  /** Tokens of each utterance as it is sent. */
  tokens: number[];
  fit: Fit;
  /**
   * Whether the counts are the model's own; without a loaded tokenizer they are estimates, off by less than a tenth.
   */
  exact: boolean;
}

/** A loaded model, or null for none and for endpoints that do not count tokens. */
export type Reader = PromptReader | null;

/**
 * Compresses a dialogue and keeps the most recent utterances that fit the window. With a reader, the prompt is counted
 * as the model's template renders it, so that it never exceeds the window.
 * @throws LabError `bad-config` when not even the newest utterance fits; what the compression or the reader throws
 */
export async function prepareContext(
  request: ContextRequest,
  reader: Reader,
  signal?: AbortSignal,
  compress: Compression['compress'] = sharedCompress,
): Promise<PreparedContext> {
  const compressed = await compress(
    request.utterances.map(({ text }) => text),
    request.options,
    signal,
  );
  const sent = sentOf(request, compressed);
  const costs = await costsOf(request, sent, await templateOf(reader, request.system), reader);
  throwIfCancelled(signal);
  const { reserve } = request;
  const budget = request.budget ?? Number.POSITIVE_INFINITY;
  const first = fitWindow({ costs, budget, reserve });
  if (first instanceof LabError) throw first;
  for (let { from } = first; ; from++) {
    const { messages, sources } = contextFrom(from, request, sent);
    const tokens = await promptTokensOf(messages, reader, first.tokens);
    throwIfCancelled(signal);
    const kept = sent.length - from;
    if (tokens + reserve <= budget) {
      const fit = { from, kept, leftOut: from, tokens };
      return {
        messages,
        sources,
        compressed,
        tokens: costs.utterances.map((each) => each.tokens),
        fit,
        exact: reader !== null,
      };
    }
    // A template that adds more than its probe showed: try again with one utterance less.
    if (kept <= 1) throw doesNotFit(tokens + reserve, budget, reserve);
  }
}

/** How many utterances of the same dialogue fit under each representation. */
export async function meterContext(
  request: ContextRequest,
  reader: Reader,
  {
    representations = REPRESENTATION_IDS,
    signal,
  }: { representations?: readonly RepresentationId[]; signal?: AbortSignal } = {},
): Promise<MeterRow[]> {
  const template = await templateOf(reader, request.system);
  const texts = request.utterances.map(({ text }) => text);
  const costs: Partial<Record<RepresentationId, PromptCosts>> = {};
  for (const representation of representations) {
    const compressed = await sharedCompress(texts, { ...request.options, representation }, signal);
    costs[representation] = await costsOf(request, sentOf(request, compressed), template, reader);
  }
  return windowMeter(costs, { budget: request.budget ?? Number.POSITIVE_INFINITY, reserve: request.reserve });
}

function sentOf({ utterances, newestWhole }: ContextRequest, compressed: readonly Compressed[]): string[] {
  return sentTexts({ utterances, sent: compressed.map(({ text }) => text), newestWhole });
}

async function templateOf(reader: Reader, system = ''): Promise<TemplateCosts> {
  if (reader) return measureTemplate(reader, system);
  const { base, perMessage } = ESTIMATED_TEMPLATE;
  return { base: base + (isBlank(system) ? 0 : perMessage + estimateTokens(system)), perMessage };
}

async function costsOf(
  { utterances }: ContextRequest,
  sent: readonly string[],
  template: TemplateCosts,
  reader: Reader,
): Promise<PromptCosts> {
  const tokens = reader ? await reader.countTokens([...sent]) : sent.map(estimateTokens);
  return { ...template, utterances: utterances.map(({ speaker }, index) => ({ speaker, tokens: tokens[index] ?? 0 })) };
}

function contextFrom(from: number, { system, utterances }: ContextRequest, sent: readonly string[]): BuiltContext {
  const { messages, sources } = buildContext({ system, utterances: utterances.slice(from), sent: sent.slice(from) });
  return { messages, sources: sources.map((indices) => indices.map((index) => index + from)) };
}

async function promptTokensOf(messages: ChatMessage[], reader: Reader, estimate: number): Promise<number> {
  if (!reader || messages.length === 0) return estimate;
  const [tokens = estimate] = await reader.countTokens([await reader.renderPrompt(messages)], 'prompt');
  return tokens;
}
