import { fitted } from '../core/context/assemble.ts';
import type { ChatMessage } from '../core/context/message.ts';
import type { ContextUtterance } from '../core/context/sent.ts';
import type { ModelTokenizer } from '../core/context/tokenizer.ts';
import { chatWindow } from '../core/context/window.ts';
import type { Message, ReplyOrigin } from '../core/conversation/conversation.ts';
import { growingReply, type PartialReply } from '../core/engine/collect-reply.ts';
import type { LoadedModel } from '../core/engine/engine.ts';
import { viewCompressed } from './compressed-context.ts';
import type { Compression, CompressOptions } from './compression.ts';
import { openOverflow } from './overflow.ts';

/** A request for a reply in a chat or a comparison. */
export interface ReplyTask {
  systemPrompt: string;
  /** The utterances so far; the last one is the message to answer. */
  utterances: readonly ContextUtterance[];
  origin: ReplyOrigin;
}

/** A reply so far. */
export interface ReplyStep {
  /** The context as the model received it. */
  messages: ChatMessage[];
  promptTokens: number | null;
  change: { text: string; state: Message['state']; reply: NonNullable<Message['reply']> };
}

/** What writing a reply needs. */
export interface ReplyTools {
  /** The tokenizer of the model with this id; null if counts are estimated. */
  tokenizer: (modelId: string) => Promise<ModelTokenizer | null>;
  /** Token limit of the context, the reply included; null for the model's window. */
  limit: number | null;
  /** Default: the lab's own compression. */
  compress?: Compression['compress'];
}

/**
 * Builds the context and streams a reply to it, one step per event. If `signal` is aborted, the last step is a
 * `stopped` one with what had arrived.
 * @throws {LabError} `bad-config` when the message does not fit; what the compression, the tokenizer and the engine
 * throw.
 */
export async function* writeReply(
  model: LoadedModel,
  { origin, systemPrompt, utterances }: ReplyTask,
  { tokenizer, limit, compress }: ReplyTools,
  signal: AbortSignal,
): AsyncGenerator<ReplyStep> {
  const { maxNewTokens } = origin.decoding;
  const options = optionsOf(origin);
  const { modelId } = model.info;
  const request = {
    system: systemPrompt,
    utterances,
    options,
    newest: origin.newest,
    overflow: origin.overflow && openOverflow({ id: origin.overflow, options, modelId, model, compress }),
    ...chatWindow(model.info.contextWindow, { limit, maxNewTokens }),
  };
  const { messages } = fitted(await viewCompressed(request, await tokenizer(modelId), signal, compress));
  const step = ({ text, promptTokens, end }: PartialReply): ReplyStep => ({
    messages,
    promptTokens,
    change: {
      text: end ? text.trim() : text,
      state: !end ? 'partial' : end.reason === 'cancelled' ? 'stopped' : 'complete',
      reply: { ...origin, ...end },
    },
  });
  yield step({ text: '', promptTokens: null });
  for await (const reply of growingReply(model.stream(messages, origin.decoding, signal))) yield step(reply);
}

function optionsOf({ representation, tagger, keep, negations }: ReplyOrigin): CompressOptions {
  return { representation, ...(tagger && { tagger }), ...(keep && { keep }), ...(negations && { negations }) };
}
