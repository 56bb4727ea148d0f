import { NO_ASSIST } from '../../core/assist/assist.ts';
import type { ReplyOrigin } from '../../core/conversation/conversation.ts';
import type { LoadedInfo, LoadedModel } from '../../core/engine/engine.ts';
import type { ReplyStep, ReplyTask, ReplyTools } from '../../lab/index.ts';
import type { SettingsState } from './settings.svelte.ts';

interface Dependencies {
  settings: Pick<SettingsState, 'current' | 'nextDecoding'>;
  tokenizer: ReplyTools['tokenizer'];
  assist: NonNullable<ReplyTools['assist']>;
  write: (model: LoadedModel, task: ReplyTask, tools: ReplyTools, signal: AbortSignal) => AsyncGenerator<ReplyStep>;
}

/** The next reply of a chat or a comparison, with the settings at the time of the request. */
export class NextReply {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** How the chat's next reply will be generated; draws its seed. */
  readonly origin = (info: LoadedInfo): ReplyOrigin => {
    const { exchanges, bestOf } = this.#dependencies.settings.current;
    const plain = exchanges === NO_ASSIST.exchanges && bestOf === NO_ASSIST.bestOf;
    return { ...this.plainOrigin(info), ...(!plain && { assist: { exchanges, bestOf } }) };
  };

  /** The same without anything around the model, as comparisons need it. */
  readonly plainOrigin = (info: LoadedInfo): ReplyOrigin => {
    const { settings } = this.#dependencies;
    const { representation, tagger, keptTags, overflow, newestWhole, keepNegations } = settings.current;
    return {
      modelId: info.modelId,
      engine: info.engine,
      representation,
      ...(representation === 'keypos' && { tagger, keep: [...keptTags] }),
      ...(representation !== 'raw' && keepNegations && { negations: true }),
      newest: newestWhole ? 'as-written' : 'never-empty',
      overflow,
      decoding: settings.nextDecoding(),
    };
  };

  /** Writes the reply within the window set in the settings. Throws what writing a reply throws. */
  readonly write = (model: LoadedModel, task: ReplyTask, signal: AbortSignal): AsyncGenerator<ReplyStep> => {
    const { settings, tokenizer, assist, write } = this.#dependencies;
    return write(model, task, { tokenizer, assist, limit: settings.current.budget }, signal);
  };
}
