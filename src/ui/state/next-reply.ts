import { NO_ASSIST } from '../../core/assist/assist.ts';
import type { OverflowId } from '../../core/compression/history/overflow.ts';
import type { RepresentationId } from '../../core/compression/representation.ts';
import type { NewestRule } from '../../core/context/sent.ts';
import type { ReplyOrigin } from '../../core/conversation/conversation.ts';
import type { LoadedInfo, LoadedModel } from '../../core/engine/engine.ts';
import type { ReplyStep, ReplyTask, ReplyTools, WrittenReply } from '../../lab/index.ts';
import type { Settings, SettingsState } from './settings.svelte.ts';

interface Dependencies {
  settings: Pick<SettingsState, 'current' | 'nextDecoding'>;
  tokenizer: ReplyTools['tokenizer'];
  assist: NonNullable<ReplyTools['assist']>;
  write: (model: LoadedModel, task: ReplyTask, tools: ReplyTools, signal: AbortSignal) => AsyncGenerator<ReplyStep>;
  resume: (model: LoadedModel, task: WrittenReply, tools: ReplyTools, signal: AbortSignal) => AsyncGenerator<ReplyStep>;
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
    const origin = this.plainOrigins(info)(this.#dependencies.settings.current.representation);
    return { ...origin, ...(!plain && { assist: { exchanges, bestOf } }) };
  };

  /**
   * The same under each compression, as the settings are now, with one seed and without anything around the model: as
   * comparisons need it.
   */
  readonly plainOrigins = ({ modelId, engine }: LoadedInfo): ((representation: RepresentationId) => ReplyOrigin) => {
    const decoding = this.#dependencies.settings.nextDecoding();
    const sendingUnder = sendingFrom(this.#dependencies.settings.current);
    return (representation) => ({ modelId, engine, ...sendingUnder(representation), decoding });
  };

  /** Writes the reply within the window set in the settings. Throws what writing a reply throws. */
  readonly write = (model: LoadedModel, task: ReplyTask, signal: AbortSignal): AsyncGenerator<ReplyStep> =>
    this.#dependencies.write(model, task, this.#tools, signal);

  /** Writes the rest of a reply. Throws what resuming a reply throws. */
  readonly resume = (model: LoadedModel, task: WrittenReply, signal: AbortSignal): AsyncGenerator<ReplyStep> =>
    this.#dependencies.resume(model, task, this.#tools, signal);

  get #tools(): ReplyTools {
    const { settings, tokenizer, assist } = this.#dependencies;
    return { tokenizer, assist, limit: settings.current.budget };
  }
}

interface Sending extends Pick<ReplyOrigin, 'representation' | 'tagger' | 'keep' | 'negations'> {
  newest: NewestRule;
  overflow: OverflowId;
}

/** How a conversation is sent under each compression with the current settings. */
export function sendingFrom({
  tagger,
  keptTags,
  overflow,
  newestWhole,
  keepNegations,
}: Readonly<Settings>): (representation: RepresentationId) => Sending {
  const keep = [...keptTags];
  return (representation) => ({
    representation,
    ...(representation === 'keypos' && { tagger, keep }),
    ...(representation !== 'raw' && keepNegations && { negations: true }),
    newest: newestWhole ? 'as-written' : 'never-empty',
    overflow,
  });
}
