import { requireScorable } from '../core/engine/capabilities.ts';
import type { ChatMessage } from '../core/context/message.ts';
import type { LoadedModel, TokenScore } from '../core/engine/engine.ts';
import { throwIfCancelled } from '../core/error.ts';
import { replyLikelihood } from '../core/evaluation/likelihood.ts';
import { droppedWords, KNOWN_ALTERNATIVES } from '../core/evaluation/look-inside.ts';
import { compress as sharedCompress } from './compression.ts';
import { writeReply, type ReplyTask, type ReplyTools } from './reply.ts';

/** A reply that was written, and what it was written from. */
export interface WrittenReply extends ReplyTask {
  reply: string;
}

/** How much a dropped word would have mattered to a reply. */
export interface WordWeight {
  word: string;
  /** Nats per token by which the reply would have been easier to expect with the word; negative: harder. */
  gain: number;
}

/** More words than that take minutes on a processor. */
const MOST_WEIGHED = 12;

/**
 * Every token of a reply with its probability and its alternatives.
 * @throws {LabError} `unsupported` when the engine gives no probabilities; what building the context throws.
 */
export async function lookInside(
  model: LoadedModel,
  task: WrittenReply,
  tools: ReplyTools,
  signal: AbortSignal,
): Promise<TokenScore[]> {
  const scorable = requireScorable(model);
  const messages = await contextOf(model, task, tools, signal);
  return (await replyLikelihood(scorable, messages, task.reply, signal, KNOWN_ALTERNATIVES)).scores;
}

/**
 * Scores a reply once for each of the newest dropped words, with the word put back into the context.
 * @throws {LabError} as `lookInside`.
 */
export async function* weighDropped(
  model: LoadedModel,
  task: WrittenReply,
  tools: ReplyTools,
  signal: AbortSignal,
): AsyncGenerator<{ weight: WordWeight; of: number }> {
  const scorable = requireScorable(model);
  const messages = await contextOf(model, task, tools, signal);
  const { representation, tagger, keep } = task.origin;
  const options = { representation, ...(tagger && { tagger }), ...(keep && { keep }) };
  const texts = task.utterances.map(({ text }) => text);
  const compressed = await (tools.compress ?? sharedCompress)(texts, options, signal);
  const words = droppedWords(messages, task.utterances, compressed).slice(0, MOST_WEIGHED);
  if (words.length === 0) return;
  const lossOf = async (context: ChatMessage[]): Promise<number> => {
    const { sum, tokens } = await replyLikelihood(scorable, context, task.reply, signal);
    return sum / tokens;
  };
  const before = await lossOf(messages);
  for (const { word, messages: context } of words) {
    throwIfCancelled(signal);
    yield { weight: { word, gain: before - (await lossOf(context)) }, of: words.length };
  }
}

/** The context that a reply is written from, without writing one: its first step comes before the model is asked. */
async function contextOf(...request: Parameters<typeof writeReply>): Promise<ChatMessage[]> {
  const steps = writeReply(...request);
  const first = await steps.next();
  await steps.return(undefined);
  return first.done ? [] : first.value.messages;
}
