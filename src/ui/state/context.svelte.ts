import type { Overflow, Past } from '../../core/context/overflow.ts';
import type { ModelTokenizer } from '../../core/context/tokenizer.ts';
import { chatWindow, USUAL_WINDOW } from '../../core/context/window.ts';
import { LabError } from '../../core/error.ts';
import type { CompressedRequest, CompressedView, OverflowChoice } from '../../lab/index.ts';
import { compressionOf } from '../../core/compression/options.ts';
import { REPRESENTATION_IDS, type AsWritten, type RepresentationId } from '../../core/compression/representation.ts';
import {
  edgeOf,
  fatesOf,
  keptRows,
  meterRow,
  seenRows,
  type Edge,
  type Fate,
  type MeterRow,
  type SeenRow,
  type SeenSaid,
} from '../context/seen-rows.ts';
import { chatTexts } from '../texts/chat.ts';
import type { ChatState } from './chat-state.svelte.ts';
import type { Models } from './models.svelte.ts';
import { sendingFrom } from './next-reply.ts';
import type { SettingsState } from './settings.svelte.ts';

interface Looking {
  chosen: RepresentationId;
  /** The compressions that the meter compares. */
  ids: readonly RepresentationId[];
  utterances: readonly SeenSaid[];
  /** The model whose tokens are counted; null for estimates. */
  modelId: string | null;
}

/** Debounce before a draft is tokenised again, in milliseconds. */
const REST = 180;

interface Dependencies {
  chat: Pick<ChatState, 'draft' | 'said' | 'saidWith' | 'systemPrompt' | 'entries'>;
  models: Pick<Models, 'loaded' | 'chosen'>;
  settings: Pick<SettingsState, 'current'>;
  /** What a model sees of a conversation under a compression. */
  view: (request: CompressedRequest, tokenizer: ModelTokenizer | null, signal: AbortSignal) => Promise<CompressedView>;
  /** Null where counts are estimated. */
  tokenizerOf: (modelId: string) => Promise<ModelTokenizer | null>;
  /** Opens a way to shorten a conversation that outgrows the window. The model is not asked. */
  overflow: (choice: OverflowChoice) => Overflow | undefined;
}

/** What the model would receive if it answered now, under each compression. */
export class ContextState {
  readonly #dependencies: Dependencies;
  rows = $state.raw<SeenRow[]>([]);
  meter = $state.raw<MeterRow[]>([]);
  /** Tokens of the prompt; null while there is nothing to count. */
  total = $state<number | null>(null);
  estimated = $state(true);
  /** Why messages are sent as written, by key; compressed messages are absent. */
  readonly asWritten: ReadonlyMap<string, AsWritten> = $derived(reasonsOf(this.rows));
  /** What became of messages that the model no longer reads in full, by key. */
  readonly fates: ReadonlyMap<string, Fate> = $derived(fatesOf(this.rows));
  readonly edge: Edge | null = $derived(edgeOf(this.rows));
  /** Why old messages are only dropped, although the settings request another method. */
  instead = $state<Past['instead'] | null>(null);
  /** Number of utterances that the meter covers. */
  utterances = $state(0);
  error = $state.raw<LabError | null>(null);
  #drafted = $state('');
  readonly #utterances: SeenSaid[] = $derived.by(() => {
    const text = this.#drafted.trim();
    const all = text ? this.#dependencies.chat.saidWith(text) : this.#dependencies.chat.said;
    // An empty reply, e.g. one that was stopped before its first token, is never sent and takes no room.
    return all.filter((said) => said.text.trim() !== '').map((said) => ({ ...said, draft: said.key === 'draft' }));
  });
  #looking: AbortController | null = null;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  get modelWindow(): number {
    return this.#dependencies.models.loaded?.info.contextWindow ?? USUAL_WINDOW;
  }

  get window(): { budget: number; reserve: number } {
    const { models, settings } = this.#dependencies;
    const { budget: limit, maxNewTokens } = settings.current;
    return chatWindow(models.loaded?.info.contextWindow, { limit, maxNewTokens });
  }

  /** Follows the chat, the model and the settings from now on. Returns a function that stops it. */
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

  /** Computes the context again. The settings that it reads make the effect above run again. */
  refresh(): void {
    const settings = this.#dependencies.settings.current;
    const { representation } = settings;
    const sendingUnder = sendingFrom(settings);
    const utterances = this.#utterances;
    const request = { system: this.#dependencies.chat.systemPrompt, utterances, ...this.window };
    const begun = this.#dependencies.chat.entries.length > 0;
    const modelId = this.#dependencies.models.loaded || begun ? this.#dependencies.models.chosen.id : null;
    // A tagger is a megabyte of code, which a first visit should not wait for.
    const ids =
      begun || representation === 'keypos' ? REPRESENTATION_IDS : REPRESENTATION_IDS.filter((id) => id !== 'keypos');
    this.#looking?.abort();
    const looking = new AbortController();
    this.#looking = looking;
    const ask = (each: RepresentationId): CompressedRequest => {
      const { newest, overflow: id, ...chosen } = sendingUnder(each);
      const options = compressionOf(chosen);
      const overflow = this.#dependencies.overflow({ id, options, modelId: modelId ?? '', model: null });
      return { ...request, options, newest, overflow };
    };
    void this.#look(ask, { chosen: representation, ids, utterances, modelId }, looking.signal);
  }

  async #look(
    ask: (representation: RepresentationId) => CompressedRequest,
    { chosen, ids, utterances, modelId }: Looking,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const { tokenizerOf, view } = this.#dependencies;
      const tokenizer = modelId === null ? null : await tokenizerOf(modelId);
      const seen = await Promise.all(ids.map((id) => view(ask(id), tokenizer, signal)));
      if (!signal.aborted) this.#show(ask(chosen), utterances, paired(ids, seen));
    } catch (error) {
      if (signal.aborted) return;
      this.error = LabError.from(error, {
        code: 'worker-lost',
        what: chatTexts.failed.compress,
        todo: chatTexts.failedTodo,
      });
    }
  }

  #show(
    { system = '', options: { representation } }: CompressedRequest,
    utterances: readonly SeenSaid[],
    seen: ReadonlyMap<RepresentationId, CompressedView | undefined>,
  ): void {
    const chosen = seen.get(representation);
    if (!chosen) return;
    const { fit, exact } = chosen;
    this.rows = keptRows(this.rows, seenRows(chosen, utterances, { system, representation }));
    this.total = utterances.length === 0 || fit instanceof LabError ? null : fit.tokens;
    this.estimated = !exact;
    this.instead = chosen.instead;
    this.utterances = utterances.length;
    this.meter = [...seen].flatMap(([id, view]) => (view ? [meterRow(id, view)] : []));
    this.error = fit instanceof LabError && utterances.length > 0 ? fit : null;
  }
}

const reasonsOf = (rows: readonly SeenRow[]): ReadonlyMap<string, AsWritten> =>
  new Map(rows.flatMap(({ key, asWritten }) => (asWritten ? [[key, asWritten] as const] : [])));

const paired = <Key, Value>(keys: readonly Key[], values: readonly Value[]): ReadonlyMap<Key, Value | undefined> =>
  new Map(keys.map((key, i) => [key, values[i]]));
