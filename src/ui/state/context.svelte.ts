import type { ChatMessage } from '../../core/context/message.ts';
import type { KeyedSaid } from '../../core/conversation/danger.ts';
import { windowMeter, type MeterRow } from '../../core/context/window.ts';
import { LabError } from '../../core/error.ts';
import type { compress } from '../../lab/compression.ts';
import {
  REPRESENTATION_IDS,
  type AsWritten,
  type RepresentationId,
  type TokenSpan,
} from '../../core/compression/representation.ts';
import { seeContext, type ContextRequest, type SeenContext } from '../context/see.ts';
import type { ChatState } from './chat-state.svelte.ts';
import type { Models } from './models.svelte.ts';
import type { SettingsState } from './settings.svelte.ts';
import type { tokenReaderOf } from './token-reader.ts';
import { modelWindow, windowFor } from './window.ts';

/** A message of the context as the panel prints it. */
export interface SeenRow {
  key: string;
  role: ChatMessage['role'];
  /** As it was written. */
  written: string;
  /** As the model receives it. */
  sent: string;
  spans: readonly TokenSpan[];
  tokens: number;
  /** False where the message no longer fits the window. */
  inside: boolean;
  /** Still being typed. */
  draft: boolean;
  /** Why it is sent as it was written although a compression is chosen; null where it is compressed. */
  asWritten: AsWritten | null;
}

type Said = KeyedSaid & { draft: boolean };

interface Looking {
  chosen: RepresentationId;
  /** Those that the meter compares. */
  ids: readonly RepresentationId[];
  utterances: readonly Said[];
  /** Whose tokens are counted; null for estimates. */
  modelId: string | null;
}

/** Debounce before a draft is tokenised again, in milliseconds. */
const REST = 180;

interface Dependencies {
  chat: Pick<ChatState, 'draft' | 'said' | 'saidWith' | 'systemPrompt' | 'entries'>;
  models: Pick<Models, 'loaded' | 'chosen'>;
  settings: Pick<SettingsState, 'current'>;
  compress: typeof compress;
  tokenReaderOf: typeof tokenReaderOf;
}

/** What the model would receive if it were to answer now, under each representation. */
export class ContextState {
  readonly #dependencies: Dependencies;
  rows = $state.raw<SeenRow[]>([]);
  meter = $state.raw<MeterRow[]>([]);
  /** Tokens of the prompt; null while there is nothing to count. */
  total = $state<number | null>(null);
  estimated = $state(true);
  outside = $state(0);
  /** Why messages are sent as they were written, by key; those that are compressed are not in it. */
  readonly asWritten: ReadonlyMap<string, AsWritten> = $derived(reasonsOf(this.rows));
  /** Utterances that the meter is about. */
  utterances = $state(0);
  error = $state.raw<LabError | null>(null);
  #drafted = $state('');
  readonly #utterances: Said[] = $derived.by(() => {
    const text = this.#drafted.trim();
    return (text ? this.#dependencies.chat.saidWith(text) : this.#dependencies.chat.said).map((said) => ({
      ...said,
      draft: said.key === 'draft',
    }));
  });
  #looking: AbortController | null = null;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  get modelWindow(): number {
    return modelWindow(this.#dependencies.models.loaded?.info.contextWindow);
  }

  get window(): { budget: number; reserve: number } {
    const { models, settings } = this.#dependencies;
    return windowFor(models.loaded?.info.contextWindow, settings.current.maxNewTokens);
  }

  /** Follows the chat, the model and the settings from now on. Returns how to stop. */
  start(): () => void {
    return $effect.root(() => {
      $effect(() => {
        const draft = this.#dependencies.chat.draft;
        const timer = setTimeout(() => (this.#drafted = draft), draft ? REST : 0);
        return () => clearTimeout(timer);
      });
      $effect(() => this.refresh());
    });
  }

  /** Looks again. What it reads of the settings makes the effect above run anew. */
  refresh(): void {
    const { representation, tagger, keptTags } = this.#dependencies.settings.current;
    const utterances = this.#utterances;
    const request = { system: this.#dependencies.chat.systemPrompt, utterances, window: this.window };
    const begun = this.#dependencies.chat.entries.length > 0;
    const modelId = this.#dependencies.models.loaded || begun ? this.#dependencies.models.chosen.id : null;
    // A tagger is a megabyte of code, which the first words of a first visit do not wait for.
    const ids =
      begun || representation === 'keypos' ? REPRESENTATION_IDS : REPRESENTATION_IDS.filter((id) => id !== 'keypos');
    this.#looking?.abort();
    const looking = new AbortController();
    this.#looking = looking;
    const ask = (each: RepresentationId): ContextRequest => ({
      ...request,
      options: { representation: each, tagger, keep: [...keptTags] },
    });
    void this.#look(ask, { chosen: representation, ids, utterances, modelId }, looking.signal);
  }

  async #look(
    ask: (representation: RepresentationId) => ContextRequest,
    { chosen, ids, utterances, modelId }: Looking,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const reader = modelId === null ? null : await this.#dependencies.tokenReaderOf(modelId);
      const seen = await Promise.all(ids.map((id) => seeContext(ask(id), reader, this.#dependencies.compress, signal)));
      if (!signal.aborted) this.#show(ask(chosen), utterances, paired(ids, seen));
    } catch (error) {
      if (signal.aborted) return;
      this.error = LabError.from(error, {
        code: 'worker-lost',
        what: 'The context could not be compressed.',
        todo: 'Try again.',
      });
    }
  }

  #show(
    { system: prompt, window, options }: ContextRequest,
    utterances: readonly Said[],
    seen: ReadonlyMap<RepresentationId, SeenContext | undefined>,
  ): void {
    const chosen = seen.get(options.representation);
    if (!chosen) return;
    const { fit, costs, compressed, estimated } = chosen;
    const from = fit instanceof LabError ? utterances.length : fit.from;
    const system: SeenRow[] = prompt.trim()
      ? [
          {
            key: 'system',
            role: 'system',
            written: prompt,
            sent: prompt,
            spans: [],
            tokens: costs.base,
            inside: true,
            draft: false,
            asWritten: null,
          },
        ]
      : [];
    const said = utterances.map((utterance, i): SeenRow => ({
      key: utterance.key,
      role: utterance.speaker === 'seeker' ? 'user' : 'assistant',
      written: utterance.text,
      sent: compressed[i]?.text ?? utterance.text,
      spans: compressed[i]?.spans ?? [],
      tokens: costs.utterances[i]?.tokens ?? 0,
      inside: i >= from,
      draft: utterance.draft,
      asWritten: compressed[i]?.asWritten ?? null,
    }));
    this.rows = [...system, ...said];
    this.total = said.length === 0 ? null : fit instanceof LabError ? null : fit.tokens;
    this.estimated = estimated;
    this.outside = from;
    this.utterances = utterances.length;
    this.meter = windowMeter(
      Object.fromEntries([...seen].flatMap(([id, each]) => (each ? [[id, each.costs]] : []))),
      window,
    );
    this.error = fit instanceof LabError && said.length > 0 ? fit : null;
  }
}

const reasonsOf = (rows: readonly SeenRow[]): ReadonlyMap<string, AsWritten> =>
  new Map(rows.flatMap(({ key, asWritten }) => (asWritten ? [[key, asWritten] as const] : [])));

const paired = <Key, Value>(keys: readonly Key[], values: readonly Value[]): ReadonlyMap<Key, Value | undefined> =>
  new Map(keys.map((key, i) => [key, values[i]]));
