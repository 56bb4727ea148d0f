import type { ChatMessage } from '../../core/context/message.ts';
import type { Message, ReplyOrigin } from '../../core/conversation/conversation.ts';
import type { FinishReason, LoadedInfo, LoadedModel, ReplyStats } from '../../core/engine/engine.ts';
import { compress, type CompressOptions } from '../../lab/compression.ts';
import { messagesOf, seeContext } from '../context/see.ts';
import { settings } from './settings.svelte.ts';
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
  let text = '';
  let promptTokens: number | null = null;
  const step = (state: Message['state'], end?: { reason: FinishReason; stats: ReplyStats }): ReplyStep => ({
    messages,
    promptTokens: end?.stats.promptTokens ?? promptTokens,
    change: { text, state, reply: { ...origin, ...end } },
  });
  yield step('partial');
  for await (const event of model.stream(messages, origin.decoding, signal)) {
    if (event.type === 'prompt') promptTokens = event.tokens;
    else if (event.type === 'text') text += event.text;
    else {
      const { reason, stats } = event;
      text = text.trim();
      yield step(reason === 'cancelled' ? 'stopped' : 'complete', { reason, stats });
      return;
    }
    yield step('partial');
  }
}

function optionsOf({ representation, tagger, keep }: ReplyOrigin): CompressOptions {
  return { representation, ...(tagger && { tagger }), ...(keep && { keep }) };
}
