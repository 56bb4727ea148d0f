import { requireScorable } from '../core/engine/capabilities.ts';
import type { ChatMessage } from '../core/context/message.ts';
import type { LoadedModel, TokenScore } from '../core/engine/engine.ts';
import { throwIfCancelled } from '../core/error.ts';
import { replyLikelihood } from '../core/evaluation/likelihood.ts';
import { droppedWords, KNOWN_ALTERNATIVES } from '../core/evaluation/look-inside.ts';
import { writtenContext, type ReplyTools, type WrittenReply } from './reply.ts';

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
  const { messages } = await writtenContext(model, task, tools, signal);
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
  const context = await writtenContext(model, task, tools, signal);
  const words = droppedWords(context).slice(0, MOST_WEIGHED);
  if (words.length === 0) return;
  const lossOf = async (messages: ChatMessage[]): Promise<number> => {
    const { sum, tokens } = await replyLikelihood(scorable, messages, task.reply, signal);
    return sum / tokens;
  };
  const before = await lossOf(context.messages);
  for (const { word, messages } of words) {
    throwIfCancelled(signal);
    yield { weight: { word, gain: before - (await lossOf(messages)) }, of: words.length };
  }
}
