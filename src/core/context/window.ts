import type { Speaker } from '../dataset/dialogue.ts';
import { LabError } from '../error.ts';
import type { RepresentationId } from '../compression/representation.ts';

/** What a prompt costs in tokens. */
export interface PromptCosts {
  /** The system message, the template's beginning and the opening of the reply. */
  base: number;
  /** What the template adds around each message. */
  perMessage: number;
  /** The text of each utterance, oldest first. */
  utterances: readonly { speaker: Speaker; tokens: number }[];
}

export interface WindowInput {
  costs: PromptCosts;
  /** Tokens that fit, prompt and reply together. */
  budget: number;
  /** Tokens kept free for the reply. */
  reserve: number;
}

/** Which utterances enter the context: those from index `from` on. */
export interface Fit {
  from: number;
  kept: number;
  leftOut: number;
  /** Tokens of the prompt with the utterances kept. */
  tokens: number;
}

/**
 * The most recent utterances that fit the window beside the system prompt and the reply. Neighbours of one speaker
 * share a message. The newest utterance is always in: where even that does not fit, there is no fit but an error, and
 * nothing is cut.
 */
export function fitWindow({ costs, budget, reserve }: WindowInput): Fit | LabError {
  const { base, perMessage, utterances } = costs;
  const room = budget - reserve;
  let tokens = base;
  let from = utterances.length;
  for (let index = utterances.length - 1; index >= 0; index--) {
    const utterance = utterances[index];
    if (!utterance) break;
    const opensMessage = utterances[index + 1]?.speaker !== utterance.speaker;
    const next = tokens + utterance.tokens + (opensMessage ? perMessage : 0);
    if (next > room) break;
    [tokens, from] = [next, index];
  }
  const kept = utterances.length - from;
  if (tokens <= room && (kept > 0 || utterances.length === 0)) return { from, kept, leftOut: from, tokens };
  const needed = base + perMessage + (utterances.at(-1)?.tokens ?? 0) + reserve;
  return doesNotFit(needed, budget, reserve);
}

/** Even the newest utterance is too much: `needed` tokens with the system prompt and the reply. */
export function doesNotFit(needed: number, budget: number, reserve: number): LabError {
  return new LabError({
    code: 'bad-config',
    what: `The system prompt, the newest message and ${reserve} tokens for the reply need ${needed} tokens, and ${budget} fit.`,
    where: 'The context window',
    todo: 'Shorten the message or the system prompt, allow a shorter reply, or take a model with a larger window.',
  });
}

/** How many utterances of a dialogue fit under one representation. */
export interface MeterRow {
  representation: RepresentationId;
  /** Utterances that fit, the newest first. */
  fits: number;
  /** Tokens of the prompt with those that fit. */
  used: number;
  /** Tokens of the whole dialogue, were there room for all. */
  tokens: number;
}

/** How far the same window reaches under each representation. */
export function windowMeter(
  costs: Readonly<Partial<Record<RepresentationId, PromptCosts>>>,
  window: Omit<WindowInput, 'costs'>,
): MeterRow[] {
  return (Object.entries(costs) as [RepresentationId, PromptCosts][]).map(([representation, each]) => {
    const fit = fitWindow({ costs: each, ...window });
    const [fits, used] = fit instanceof LabError ? [0, 0] : [fit.kept, fit.tokens];
    return { representation, fits, used, tokens: promptTokens(each) };
  });
}

/** Tokens of the prompt with every utterance in it. */
export function promptTokens({ base, perMessage, utterances }: PromptCosts): number {
  return utterances.reduce(
    (sum, { speaker, tokens }, index) => sum + tokens + (utterances[index - 1]?.speaker === speaker ? 0 : perMessage),
    base,
  );
}
