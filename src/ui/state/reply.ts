import type { ChatMessage } from '../../context/message.ts';
import type { Message, ReplyOrigin } from '../../conversation/conversation.ts';
import type { LoadedInfo, LoadedModel } from '../../engine/engine.ts';
import { settings } from './settings.svelte.ts';

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

export interface ReplyStep {
  messages: ChatMessage[];
  promptTokens: number | null;
  change: Partial<Pick<Message, 'text' | 'state' | 'reply'>>;
}
export async function* writeReply(
  _model: LoadedModel,
  _input: { systemPrompt: string; utterances: readonly Pick<Message, 'speaker' | 'text'>[]; origin: ReplyOrigin },
  _signal: AbortSignal,
): AsyncGenerator<ReplyStep> {}
