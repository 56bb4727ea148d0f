import { buildContext } from '../context/build.ts';
import { historyContext } from '../context/history.ts';
import type { ChatMessage } from '../context/message.ts';
import { collectReply } from '../engine/collect-reply.ts';
import { scorableModel } from '../engine/capabilities.ts';
import type { LoadedModel } from '../engine/engine.ts';
import { LabError } from '../error.ts';
import type { HistoryMethod } from '../compression/history/history.ts';
import type { HistorySpec } from '../compression/history/spec.ts';
import type { RepresentationId } from '../compression/representation.ts';
import { replyLikelihood } from './likelihood.ts';
import type { EvaluationPlan, PlanContext } from './plan.ts';
import type { ResultRecord } from './record.ts';
import type { SampledTurn } from './turns.ts';

/** One record to be made. */
export interface Job {
  /** The model's id in the plan. */
  model: string;
  context: PlanContext;
  turn: SampledTurn;
}

/** Compresses texts for the context, one result a text. */
export type Compress = (texts: readonly string[], representation: RepresentationId) => Promise<string[]>;

/** Makes a history's method for the model that answers; methods that ask a model ask this one. */
export type OpenHistory = (spec: HistorySpec, model: LoadedModel) => HistoryMethod;

/** What makes contexts shorter: representations, and the plan's histories by their ids. */
export interface Shorteners {
  compress: Compress;
  histories: ReadonlyMap<string, HistoryMethod>;
}

/** Has a model answer a turn and score the original answer; metrics come later. */
export async function respond(
  model: LoadedModel,
  job: Job,
  plan: EvaluationPlan,
  shorteners: Shorteners,
  signal?: AbortSignal,
): Promise<ResultRecord> {
  const started = performance.now();
  const { turn, context } = job;
  const whole = await messagesFor(job, plan, shorteners, signal);
  const { messages, leftOut } = await fit(model, whole, turn.reference, plan.decoding.maxNewTokens);
  // The reply first: the likelihood then finds its context in the cache.
  const reply = turn.reply
    ? await generate(model, messages, { ...plan.decoding, seed: replySeed(plan, turn) }, signal)
    : null;
  const scorable = plan.metrics.perplexity ? scorableModel(model) : undefined;
  const likelihood = scorable ? await replyLikelihood(scorable, messages, turn.reference, signal) : null;
  return {
    model: job.model,
    representation: context.id,
    dialogue: turn.dialogue,
    turn: turn.turn,
    reference: turn.reference,
    hypothesis: reply?.text ?? null,
    promptTokens: likelihood?.promptTokens ?? reply?.promptTokens ?? null,
    leftOut,
    nll: likelihood && { sum: likelihood.sum, tokens: likelihood.tokens },
    timing: {
      newTokens: reply?.newTokens ?? 0,
      firstTokenMs: reply?.firstTokenMs ?? 0,
      decodeMs: reply?.decodeMs ?? 0,
      totalMs: performance.now() - started,
    },
    scores: {},
  };
}

async function messagesFor(
  { turn, context }: Job,
  { system }: EvaluationPlan,
  { compress, histories }: Shorteners,
  signal?: AbortSignal,
): Promise<ChatMessage[]> {
  const utterances = turn.before;
  if (!('history' in context)) {
    const sent = await compress(
      utterances.map(({ text }) => text),
      context.id,
    );
    return buildContext({ system, utterances, sent }).messages;
  }
  const method = histories.get(context.id);
  if (!method)
    throw new LabError({
      code: 'bad-config',
      where: context.id,
      what: 'The plan has no such history.',
      todo: 'Add it to the plan.',
    });
  return historyContext(utterances, await method.compact(utterances, signal), system).messages;
}

/** The same for all models and representations, so that they differ in nothing else. */
export function replySeed({ decoding }: Pick<EvaluationPlan, 'decoding'>, { key }: Pick<SampledTurn, 'key'>): number {
  return (decoding.seed ^ key) >>> 0;
}

async function generate(
  model: LoadedModel,
  messages: ChatMessage[],
  decoding: Parameters<LoadedModel['stream']>[1],
  signal?: AbortSignal,
) {
  const { text, reason, stats } = await collectReply(model.stream(messages, decoding, signal));
  if (reason !== 'content-filter') return { ...stats, text: text.trim() };
  throw new LabError({
    code: 'no-reply',
    where: model.info.modelId,
    what: "The server's content filter stopped the reply; it is not scored.",
    todo: 'Leave the turn out, or choose another model.',
  });
}

/** Leaves out the oldest messages until prompt and reply fit the window; a system message stays. */
async function fit(
  model: LoadedModel,
  whole: ChatMessage[],
  reference: string,
  maxNewTokens: number,
): Promise<{ messages: ChatMessage[]; leftOut: number }> {
  const { tokenizer } = model;
  const { contextWindow } = model.info;
  if (contextWindow === null || !tokenizer) return { messages: whole, leftOut: 0 };
  const system = whole.filter(({ role }) => role === 'system');
  const rest = whole.slice(system.length);
  const [replyTokens = 0] = await tokenizer.countTokens([reference]);
  // A few tokens for what the template puts around the reply.
  const reserve = Math.max(maxNewTokens, replyTokens + 16);
  for (let leftOut = 0; leftOut < rest.length; leftOut++) {
    const messages = [...system, ...rest.slice(leftOut)];
    const [tokens = 0] = await tokenizer.countTokens([await tokenizer.renderPrompt(messages)], 'prompt');
    if (tokens + reserve <= contextWindow) return { messages, leftOut };
  }
  throw new LabError({
    code: 'bad-data',
    where: model.info.modelId,
    what: 'Even the newest message does not fit the window.',
    todo: 'Allow a shorter reply or take a model with a larger window.',
  });
}
