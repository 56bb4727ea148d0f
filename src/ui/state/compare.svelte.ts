import type { ChatMessage } from '../../core/context/message.ts';
import { noticedIn, type PromptUtterance } from '../../core/conversation/danger.ts';
import type { Decoding, LoadedModel } from '../../core/engine/engine.ts';
import { throwIfCancelled, type LabError } from '../../core/error.ts';
import { REPRESENTATION_IDS, type RepresentationId } from '../../core/compression/representation.ts';
import { uniqueId } from '../../core/unique-id.ts';
import type { Column, Comparison } from '../../core/conversation/comparison.ts';
import { compareTexts } from '../texts/compare.ts';
import { shellTexts } from '../texts/shell.ts';
import { attempt } from './attempt.ts';
import type { ChatState } from './chat-state.svelte.ts';
import type { Models } from './models.svelte.ts';
import type { ReplyTask } from '../../lab/index.ts';
import type { NextReply } from './next-reply.ts';
import type { Toasts } from './toasts.svelte.ts';

/** The compression whose reply is being written, and the reply so far. */
export interface RunningColumn {
  representation: RepresentationId;
  messages: ChatMessage[];
  promptTokens: number | null;
  reply: string;
}

/** Where comparisons are stored. */
export interface ComparisonShelf {
  listComparisons(): Promise<Comparison[]>;
  saveComparison(comparison: Comparison): Promise<void>;
  deleteComparison(id: string): Promise<void>;
  deleteAllComparisons(): Promise<void>;
}

/** Whether a message is compared within the open conversation, within what a link gave, or on its own. */
export type CompareContext = 'conversation' | 'given' | 'fresh';

/** What a dialogue or a link gives to compare with. */
export interface Given {
  /** Its name, for display. */
  label: string;
  /** What was said before the message. */
  earlier: readonly PromptUtterance[];
  systemPrompt?: string;
  decoding?: Partial<Decoding>;
}

interface Dependencies {
  shelf: ComparisonShelf;
  models: Pick<Models, 'phase' | 'use' | 'chosen' | 'where'>;
  chat: Pick<ChatState, 'saidWith' | 'systemPrompt'>;
  /** The phrases of danger in other languages than English. */
  languages: { ready(): Promise<void> };
  nextOrigins: NextReply['plainOrigins'];
  /** Has the model read what all columns begin with, so that none pays for it alone. */
  readBeginning(model: LoadedModel, systemPrompt: string, signal: AbortSignal): Promise<void>;
  writeReply: NextReply['write'];
  toasts: Pick<Toasts, 'show'>;
}

/** The message being compared, and the comparisons that are stored. */
export class CompareState {
  draft = $state('');
  context = $state<CompareContext>('conversation');
  given = $state.raw<Given | null>(null);
  shown = $state.raw<Comparison | null>(null);
  running = $state.raw<RunningColumn | null>(null);
  waitsForModel = $state(false);
  /** Whether the person is invited to write their own words over the message. */
  invites = $state(false);
  error = $state.raw<LabError | null>(null);
  earlier = $state.raw<Comparison[]>([]);
  loading = $state(true);
  readonly #dependencies: Dependencies;
  #stopping: AbortController | null = null;
  /** The comparison in progress; null if there is none or it was deleted. */
  #runningId: string | null = null;
  #lastContext: CompareContext = 'fresh';

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  async refresh(): Promise<void> {
    await this.#attempt(compareTexts.failed.list, async () => {
      this.earlier = await this.#dependencies.shelf.listComparisons();
      this.shown ??= this.earlier[0] ?? null;
    });
    this.loading = false;
  }

  show(comparison: Comparison): void {
    this.shown = comparison;
    this.draft = comparison.message;
  }

  /** Offers a message with what came before it. */
  give(given: Given, message: string): void {
    this.given = given;
    this.context = 'given';
    this.draft = message;
  }

  /** Stores a comparison that a link showed. */
  async keep(comparison: Comparison): Promise<void> {
    await this.#attempt(compareTexts.failed.keep, async () => {
      await this.#dependencies.shelf.saveComparison(comparison);
      this.earlier = [comparison, ...this.earlier.filter(({ id }) => id !== comparison.id)];
    });
  }

  /** Replies to the draft under each compression in turn; finished replies are kept even if it is stopped. */
  async run(context: CompareContext): Promise<void> {
    const text = this.draft.trim();
    // A comparison is under way, which may still be reading what comes before its first reply.
    if (!text || this.#stopping) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#lastContext = context;
    this.error = null;
    this.invites = false;
    await this.#attempt(compareTexts.failed.run, async () => {
      this.waitsForModel = this.#dependencies.models.phase !== 'ready';
      await this.#dependencies.languages.ready();
      throwIfCancelled(stopping.signal);
      await this.#dependencies.models.use(stopping.signal, async (model) => {
        this.waitsForModel = false;
        await this.#answerAll(model, text, context, stopping.signal);
      });
    });
    this.waitsForModel = false;
    this.running = null;
    this.#runningId = null;
    this.#stopping = null;
  }

  readonly retry = (): void => void this.run(this.#lastContext);
  readonly cancel = (): void => this.#stopping?.abort();

  async remove(comparison: Comparison): Promise<void> {
    await this.#attempt(compareTexts.failed.remove, async () => {
      await this.#dependencies.shelf.deleteComparison(comparison.id);
      this.#forget([comparison]);
      this.#dependencies.toasts.show(compareTexts.removed, {
        label: shellTexts.undo,
        run: () => void this.#restore(comparison),
      });
    });
  }

  async removeAll(): Promise<void> {
    await this.#attempt(compareTexts.failed.removeAll, async () => {
      await this.#dependencies.shelf.deleteAllComparisons();
      this.#forget(this.earlier);
    });
  }

  async #restore(comparison: Comparison): Promise<void> {
    await this.#attempt(compareTexts.failed.restore, async () => {
      await this.#dependencies.shelf.saveComparison(comparison);
      await this.refresh();
    });
  }

  async #answerAll(model: LoadedModel, text: string, context: CompareContext, signal: AbortSignal): Promise<void> {
    const { chat, models, shelf } = this.#dependencies;
    const fresh: PromptUtterance = { speaker: 'seeker', text, whole: noticedIn(text)?.level === 'danger' };
    const given = context === 'given' ? this.given : null;
    const utterances: PromptUtterance[] =
      context === 'conversation' ? chat.saidWith(text).map(plain) : [...(given?.earlier ?? []), fresh];
    // The person may change it meanwhile; all replies use the same one.
    const systemPrompt = given?.systemPrompt ?? chat.systemPrompt;
    const originUnder = this.#dependencies.nextOrigins(model.info);
    const { modelId, decoding: usual } = originUnder('raw');
    const decoding = { ...usual, ...given?.decoding };
    let comparison: Comparison = {
      id: uniqueId(),
      createdAt: Date.now(),
      model: models.chosen.name,
      device: models.where,
      seed: decoding.seed,
      earlier: utterances.length - 1,
      message: text,
      columns: [],
      task: { modelId, systemPrompt, utterances, decoding },
    };
    this.#runningId = comparison.id;
    await this.#dependencies.readBeginning(model, systemPrompt, signal);
    for (const representation of REPRESENTATION_IDS) {
      throwIfCancelled(signal);
      this.running = { representation, messages: [], promptTokens: null, reply: '' };
      this.shown = comparison;
      const request = { systemPrompt, utterances, origin: { ...originUnder(representation), decoding } };
      const column = await this.#answer(model, request, signal);
      // Deleted meanwhile: it must not reappear.
      if (this.#runningId !== comparison.id) return;
      comparison = { ...comparison, columns: [...comparison.columns, column] };
      this.shown = comparison;
      await shelf.saveComparison(comparison);
      this.earlier = [comparison, ...this.earlier.filter(({ id }) => id !== comparison.id)];
    }
  }

  async #answer(model: LoadedModel, request: ReplyTask, signal: AbortSignal): Promise<Column> {
    const { representation } = request.origin;
    const column: Column = {
      representation,
      messages: [],
      reply: '',
      end: 'cancelled',
      stats: { promptTokens: null, newTokens: 0, firstTokenMs: 0, decodeMs: 0 },
    };
    for await (const { messages, change, promptTokens } of this.#dependencies.writeReply(model, request, signal)) {
      column.messages = messages;
      column.reply = change.text;
      column.end = change.reply.reason ?? 'cancelled';
      if (change.reply.stats) column.stats = change.reply.stats;
      this.running = { representation, messages, promptTokens, reply: column.reply };
    }
    return column;
  }

  #forget(gone: readonly Comparison[]): void {
    const ids = gone.map(({ id }) => id);
    if (this.#runningId !== null && ids.includes(this.#runningId)) {
      this.#runningId = null;
      this.cancel();
    }
    this.earlier = this.earlier.filter(({ id }) => !ids.includes(id));
    if (this.shown && ids.includes(this.shown.id)) this.shown = this.earlier[0] ?? null;
  }

  async #attempt(what: string, work: () => Promise<void>): Promise<void> {
    const failed = { code: 'worker-lost', what, todo: compareTexts.failedTodo } as const;
    await attempt((error) => (this.error = error), failed, work);
  }
}

const plain = ({ speaker, text, whole }: PromptUtterance): PromptUtterance => ({ speaker, text, whole });
