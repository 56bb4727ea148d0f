import { viewContext, type ContextRequest } from '../context/assemble.ts';
import type { ChatMessage } from '../context/message.ts';
import type { ModelTokenizer } from '../context/tokenizer.ts';
import { windowOf } from '../context/window.ts';
import { collectReply } from '../engine/collect-reply.ts';
import type { LoadedModel } from '../engine/engine.ts';
import { splitStrategy } from '../dataset/strategy.ts';
import { LabError } from '../error.ts';
import type { HistoryMethod } from '../compression/history/history.ts';
import type { HistorySpec } from '../compression/history/spec.ts';
import type { RepresentationId } from '../compression/representation.ts';
import type { ScoreReply } from './likelihood.ts';
import type { EvaluationPlan, PlanCondition } from './plan.ts';
import { recordKey, type ResultRecord } from './record.ts';
import type { SampledTurn } from './turns.ts';

/** One record to compute. */
export interface Job {
  /** The model's id in the plan. */
  model: string;
  condition: PlanCondition;
  turn: SampledTurn;
}

export const jobKey = ({ model, condition, turn }: Job): string =>
  recordKey({ model, representation: condition.id, dialogue: turn.dialogue, turn: turn.turn });

/** Compresses texts for the context, one result per text. */
export type Compress = (texts: readonly string[], representation: RepresentationId) => Promise<string[]>;

/** Creates a history's method for the model that replies; methods that need a model use this one. */
export type OpenHistory = (spec: HistorySpec, model: LoadedModel) => HistoryMethod;

/** Dependencies for building contexts. */
export interface ContextTools {
  compress: Compress;
  /** The plan's histories by their ids. */
  histories: ReadonlyMap<string, HistoryMethod>;
  /** Counts prompts; null if the model's engine does not expose its tokenizer. */
  tokenizer: ModelTokenizer | null;
}

/** Dependencies for a record. */
export interface RecordTools extends ContextTools {
  /** Scores the original reply; null if the model's engine cannot. */
  scoreReply: ScoreReply | null;
}

/** Tokens that a template may add around a reply. */
const REPLY_FRAME = 16;

/**
 * Has a model reply to a turn and score the original reply; metrics come later. A turn whose newest utterance does not
 * fit the window becomes a record with an error.
 */
export async function respond(
  model: LoadedModel,
  job: Job,
  plan: EvaluationPlan,
  tools: RecordTools,
  signal?: AbortSignal,
): Promise<ResultRecord> {
  const started = performance.now();
  const { turn, condition } = job;
  const window = windowOf(model.info.contextWindow, plan.decoding.maxNewTokens);
  const request = { ...(await conditionRequest(job, plan, tools, signal)), ...window };
  const contextMs = performance.now() - started;
  const { messages, fit } = await viewContext(request, tools.tokenizer, signal);
  if (fit instanceof LabError) return failedRecord(job, fit);
  // The reply first, so that the likelihood finds its context in the KV cache.
  const reply = turn.reply
    ? await generate(model, messages, { ...plan.decoding, seed: replySeed(plan, turn) }, signal)
    : null;
  const scoreReply =
    plan.metrics.perplexity && (await hasRoom(turn.reference, fit.tokens, window.budget, tools.tokenizer))
      ? tools.scoreReply
      : null;
  const likelihood = scoreReply && (await scoreReply(messages, turn.reference, signal));
  const compressed = plan.metrics.compressedPerplexity
    ? { nllCompressed: scoreReply && (await compressedLoss(scoreReply, messages, job, tools, signal)) }
    : {};
  return {
    model: job.model,
    representation: condition.id,
    dialogue: turn.dialogue,
    turn: turn.turn,
    reference: turn.reference,
    hypothesis: reply?.text ?? null,
    ...(reply?.strategy && turn.strategy && { strategy: { hyp: reply.strategy, ref: turn.strategy } }),
    promptTokens: likelihood?.promptTokens ?? reply?.promptTokens ?? null,
    leftOut: fit.leftOut,
    nll: likelihood && { sum: likelihood.sum, tokens: likelihood.tokens },
    ...compressed,
    timing: {
      newTokens: reply?.newTokens ?? 0,
      firstTokenMs: reply?.firstTokenMs ?? 0,
      decodeMs: reply?.decodeMs ?? 0,
      totalMs: performance.now() - started,
      contextMs,
    },
    scores: {},
  };
}

/** The loss of the reply compressed as its context is; null for histories, and if nothing is left of it. */
async function compressedLoss(
  scoreReply: ScoreReply,
  messages: ChatMessage[],
  { condition, turn: { reference } }: Job,
  { compress }: ContextTools,
  signal?: AbortSignal,
): Promise<ResultRecord['nll']> {
  if ('history' in condition) return null;
  const [reply = ''] = await compress([reference], condition.id);
  if (reply.trim() === '') return null;
  const { sum, tokens } = await scoreReply(messages, reply, signal);
  return { sum, tokens };
}

/** The record of a failed turn, with its error. */
export function failedRecord({ model, condition, turn }: Job, { message }: Error): ResultRecord {
  return {
    model,
    representation: condition.id,
    dialogue: turn.dialogue,
    turn: turn.turn,
    reference: turn.reference,
    hypothesis: null,
    promptTokens: null,
    leftOut: 0,
    nll: null,
    timing: null,
    scores: {},
    error: message,
  };
}

/**
 * The conversation before the turn under its condition; with a window it is the request of the context that is sent.
 * @throws {LabError} `bad-config` for a history that the plan does not have.
 */
export async function conditionRequest(
  { turn: { before: utterances }, condition }: { turn: Pick<SampledTurn, 'before'>; condition: PlanCondition },
  { system, newest }: Pick<EvaluationPlan, 'system' | 'newest'>,
  { compress, histories }: Omit<ContextTools, 'tokenizer'>,
  signal?: AbortSignal,
): Promise<Omit<ContextRequest, 'budget' | 'reserve'>> {
  if (!('history' in condition)) {
    const texts = utterances.map(({ text }) => text);
    return { system, utterances, newest, sent: await compress(texts, condition.id) };
  }
  const method = histories.get(condition.id);
  if (method) return { system, utterances, newest, ...(await method.compact(utterances, signal)) };
  throw new LabError({
    code: 'bad-config',
    where: condition.id,
    what: 'The plan has no such history.',
    todo: 'Add it to the plan.',
  });
}

/** Whether the reference fits the window after the prompt, as its likelihood requires. */
async function hasRoom(
  reference: string,
  promptTokens: number,
  budget: number | null,
  tokenizer: ModelTokenizer | null,
): Promise<boolean> {
  if (budget === null || !tokenizer) return true;
  const [tokens = 0] = await tokenizer.countTokens([reference]);
  return promptTokens + tokens + REPLY_FRAME <= budget;
}

/** The same for all models and conditions, so that they differ in nothing else. */
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
  if (reason !== 'content-filter') return { ...stats, ...splitStrategy(text.trim()) };
  throw new LabError({
    code: 'no-reply',
    where: model.info.modelId,
    what: "The server's content filter stopped the reply; it is not scored.",
    todo: 'Leave the turn out, or choose another model.',
  });
}
