import type { ChatMessage } from '../../core/context/message.ts';
import type { Message, ReplyOrigin } from '../../core/conversation/conversation.ts';
import { growingReply, type PartialReply } from '../../core/engine/collect-reply.ts';
import type { LoadedInfo, LoadedModel } from '../../core/engine/engine.ts';
import { compress, type CompressOptions } from '../../lab/compression.ts';
import { messagesOf, seeContext } from '../context/see.ts';
import { settings } from '../app/shell.ts';
import { tokenReaderOf } from './token-reader.ts';
import { windowFor } from './window.ts';

/** How the next reply will come about, from the settings as they stand now. */
export function originOfNextReply(info: LoadedInfo): ReplyOrigin {
  const { representation, tagger, keptTags } = settings.current;
  return {
    modelId: info.modelId,
    engine: info.engine,
    representation,
    ...(representation === 'keypos' && { tagger, keep: [...keptTags] }),
    decoding: settings.nextDecoding(),
  };
}

export interface ReplyRequest {
  systemPrompt: string;
  /** What was said so far, the message to answer last; those that are `whole` are never compressed. */
  utterances: readonly (Pick<Message, 'speaker' | 'text'> & { whole?: boolean })[];
  origin: ReplyOrigin;
}

/** A reply as far as it has come. */
export interface ReplyStep {
  /** The context as the model received it. */
  messages: ChatMessage[];
  promptTokens: number | null;
  change: Required<Pick<Message, 'text' | 'state' | 'reply'>>;
}

/**
 * Builds the context and streams a reply to it, one step an event. Aborting `signal` makes the last step a `stopped`
 * one with what had come. Throws what the compression or the engine throws.
 */
export async function* writeReply(
  model: LoadedModel,
  request: ReplyRequest,
  signal: AbortSignal,
): AsyncGenerator<ReplyStep> {
  const { origin, systemPrompt, utterances } = request;
  const asked = {
    system: systemPrompt,
    utterances,
    options: optionsOf(origin),
    window: windowFor(model.info.contextWindow, origin.decoding.maxNewTokens),
  };
  const seen = await seeContext(asked, await tokenReaderOf(model.info.modelId), compress, signal);
  const messages = messagesOf(asked, seen);
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

function optionsOf({ representation, tagger, keep }: ReplyOrigin): CompressOptions {
  return { representation, ...(tagger && { tagger }), ...(keep && { keep }) };
}
