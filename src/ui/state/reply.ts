import type { ReplyOrigin } from '../../core/conversation/conversation.ts';
import type { LoadedInfo, LoadedModel } from '../../core/engine/engine.ts';
import { contextTokenizer } from '../../lab/models/context-tokenizer.ts';
import { writeReply as write, type ReplyStep, type ReplyTask } from '../../lab/reply.ts';
import { settings } from '../app/shell.ts';

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

/** A reply within the window that the settings allow. */
export const writeReply = (model: LoadedModel, task: ReplyTask, signal: AbortSignal): AsyncGenerator<ReplyStep> =>
  write(model, task, { tokenizer: contextTokenizer, limit: settings.current.budget }, signal);
