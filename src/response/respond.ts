import { buildContext } from '../context/build.ts';
import type { ChatMessage } from '../context/message.ts';
import type { LoadedModel } from '../engine/engine.ts';
import { LabError } from '../error.ts';
import type { RepresentationId } from '../representation/representation.ts';
import { replyLikelihood } from './likelihood.ts';
import type { EvaluationPlan } from './plan.ts';
import type { ResultRecord } from './record.ts';
import { hash, type SampledTurn } from './turns.ts';

/** One record to be made. */
export interface Job {
  /** The model's id in the plan. */
  model: string;
  representation: RepresentationId;
  turn: SampledTurn;
}

/** Compresses texts for the context, one result a text. */
export type Compress = (texts: readonly string[], representation: RepresentationId) => Promise<string[]>;

/** Has a model answer a turn and score the original answer; metrics come later. */
export async function respond(model: LoadedModel, job: Job, plan: EvaluationPlan, compress: Compress, signal?: AbortSignal): Promise<ResultRecord> {
  const started = performance.now();
  const { turn, representation } = job;
  const sent = await compress(turn.before.map(({ text }) => text), representation);
  const { messages: whole } = buildContext({ system: plan.system, utterances: turn.before, sent });
  const { messages, leftOut } = await fit(model, whole, turn.reference, plan.decoding.maxNewTokens);
  // The reply first: the likelihood then finds its context in the cache.
  const reply = turn.reply ? await generate(model, messages, { ...plan.decoding, seed: replySeed(plan, turn) }, signal) : null;
  const scorable = plan.metrics.perplexity && model.info.features.score && model.info.features.tokenize;
  const likelihood = scorable ? await replyLikelihood(model, messages, turn.reference, signal) : null;
  return {
    model: job.model,
    representation,
    dialogue: turn.dialogue,
    turn: turn.turn,
    reference: turn.reference,
    hypothesis: reply?.text ?? null,
    promptTokens: likelihood?.promptTokens ?? reply?.promptTokens ?? null,
    leftOut,
    nll: likelihood && { sum: likelihood.sum, tokens: likelihood.tokens },
    timing: { newTokens: reply?.newTokens ?? 0, firstTokenMs: reply?.firstTokenMs ?? 0, decodeMs: reply?.decodeMs ?? 0, totalMs: performance.now() - started },
    scores: {},
  };
}

/** The same for all models and representations, so that they differ in nothing else. */
export function replySeed({ decoding }: Pick<EvaluationPlan, 'decoding'>, { dialogue, turn }: Pick<SampledTurn, 'dialogue' | 'turn'>): number {
  return (decoding.seed ^ hash(`${dialogue}\n${turn}`)) >>> 0;
}

async function generate(model: LoadedModel, messages: ChatMessage[], decoding: Parameters<LoadedModel['stream']>[1], signal?: AbortSignal) {
  let text = '';
  for await (const event of model.stream(messages, decoding, signal)) {
    if (event.type === 'text') text += event.text;
    if (event.type !== 'done') continue;
    if (event.reason === 'cancelled') throw LabError.cancelled();
    return { ...event.stats, text: text.trim() };
  }
  throw new LabError({ code: 'endpoint', where: model.info.modelId, what: 'The reply has no end.', todo: 'Try again.' });
}

/** Leaves out the oldest messages until prompt and reply fit the window; a system message stays. */
async function fit(model: LoadedModel, whole: ChatMessage[], reference: string, maxNewTokens: number): Promise<{ messages: ChatMessage[]; leftOut: number }> {
  const { contextWindow, features } = model.info;
  if (contextWindow === null || !features.tokenize) return { messages: whole, leftOut: 0 };
  const system = whole.filter(({ role }) => role === 'system');
  const rest = whole.slice(system.length);
  const [replyTokens = 0] = await model.countTokens([reference]);
  // A few tokens for what the template puts around the reply.
  const reserve = Math.max(maxNewTokens, replyTokens + 16);
  for (let leftOut = 0; leftOut < rest.length; leftOut++) {
    const messages = [...system, ...rest.slice(leftOut)];
    const [tokens = 0] = await model.countTokens([await model.renderPrompt(messages)]);
    if (tokens + reserve <= contextWindow) return { messages, leftOut };
  }
  throw new LabError({ code: 'bad-data', where: model.info.modelId, what: 'Even the newest message does not fit the window.', todo: 'Allow a shorter reply or take a model with a larger window.' });
}
