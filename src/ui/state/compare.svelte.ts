import type { ChatMessage } from '../../core/context/message.ts';
import { noticedIn, type Said } from '../../core/conversation/danger.ts';
import type { LoadedModel } from '../../core/engine/engine.ts';
import { LabError, throwIfCancelled } from '../../core/error.ts';
import { REPRESENTATION_IDS, type RepresentationId } from '../../core/compression/representation.ts';
import { uniqueId } from '../../core/unique-id.ts';
import {
  deleteAllComparisons,
  deleteComparison,
  listComparisons,
  saveComparison,
} from '../compare/comparison-store.ts';
import type { Column, Comparison } from '../compare/comparison.ts';
import { chat } from './chat.svelte.ts';
import { models } from './models.svelte.ts';
import { originOfNextReply, writeReply } from './reply.ts';
import { toasts } from './toasts.svelte.ts';

/** The representation that is being answered under, and what has come of it. */
export interface RunningColumn {
  representation: RepresentationId;
  messages: ChatMessage[];
  promptTokens: number | null;
  reply: string;
}

/** The message being compared and the comparisons that are kept. */
class CompareState {
  draft = $state('');
  context = $state<'conversation' | 'fresh'>('conversation');
  shown = $state.raw<Comparison | null>(null);
  running = $state.raw<RunningColumn | null>(null);
  waitsForModel = $state(false);
  error = $state.raw<LabError | null>(null);
  earlier = $state.raw<Comparison[]>([]);
  loading = $state(true);
  #stopping: AbortController | null = null;
  #lastContext: 'conversation' | 'fresh' = 'fresh';

  async refresh(): Promise<void> {
    try {
      this.earlier = await listComparisons();
      this.shown ??= this.earlier[0] ?? null;
    } catch (error) {
      this.#fail(error, 'The kept comparisons could not be read.');
    } finally {
      this.loading = false;
    }
  }

  show(comparison: Comparison): void {
    this.shown = comparison;
    this.draft = comparison.message;
  }

  /** Answers the draft under every representation, one after the other; what is finished is kept even when stopped. */
  async run(context: 'conversation' | 'fresh'): Promise<void> {
    const text = this.draft.trim();
    if (!text || this.running || this.waitsForModel) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#lastContext = context;
    this.error = null;
    try {
      this.waitsForModel = models.phase !== 'ready';
      const model = await models.ensure(stopping.signal);
      this.waitsForModel = false;
      await this.#answerAll(model, text, context, stopping.signal);
    } catch (error) {
      this.#fail(error, 'The comparison broke off.');
    } finally {
      this.waitsForModel = false;
      this.running = null;
      this.#stopping = null;
    }
  }

  readonly retry = (): void => void this.run(this.#lastContext);
  readonly cancel = (): void => this.#stopping?.abort();

  async remove(comparison: Comparison): Promise<void> {
    await deleteComparison(comparison.id);
    this.#forget([comparison]);
    toasts.show('Comparison deleted.', {
      label: 'Undo',
      run: () => void saveComparison(comparison).then(() => this.refresh()),
    });
  }

  async removeAll(): Promise<void> {
    await deleteAllComparisons();
    this.#forget(this.earlier);
  }

  async #answerAll(
    model: LoadedModel,
    text: string,
    context: 'conversation' | 'fresh',
    signal: AbortSignal,
  ): Promise<void> {
    const fresh: Said = { speaker: 'seeker', text, whole: noticedIn(text)?.level === 'danger' };
    const utterances: Said[] = context === 'conversation' ? chat.saidWith(text) : [fresh];
    const origin = originOfNextReply(model.info);
    let comparison: Comparison = {
      id: uniqueId(),
      createdAt: Date.now(),
      model: models.chosen?.name ?? model.info.modelId,
      device: models.where,
      seed: origin.decoding.seed,
      earlier: utterances.length - 1,
      message: text,
      columns: [],
    };
    for (const representation of REPRESENTATION_IDS) {
      throwIfCancelled(signal);
      this.running = { representation, messages: [], promptTokens: null, reply: '' };
      this.shown = comparison;
      const column = await this.#answer(model, utterances, { ...origin, representation }, signal);
      comparison = { ...comparison, columns: [...comparison.columns, column] };
      this.shown = comparison;
      await saveComparison(comparison);
      this.earlier = [comparison, ...this.earlier.filter(({ id }) => id !== comparison.id)];
    }
  }

  async #answer(
    model: LoadedModel,
    utterances: readonly Said[],
    origin: ReturnType<typeof originOfNextReply>,
    signal: AbortSignal,
  ): Promise<Column> {
    const { representation } = origin;
    const column: Column = {
      representation,
      messages: [],
      reply: '',
      end: 'cancelled',
      stats: { promptTokens: null, newTokens: 0, firstTokenMs: 0, decodeMs: 0 },
    };
    for await (const { messages, change, promptTokens } of writeReply(
      model,
      { systemPrompt: chat.systemPrompt, utterances, origin },
      signal,
    )) {
      column.messages = messages;
      column.reply = change.text ?? '';
      column.end = change.reply?.reason ?? 'cancelled';
      if (change.reply?.stats) column.stats = change.reply.stats;
      this.running = { representation, messages, promptTokens, reply: column.reply };
    }
    return column;
  }

  #forget(gone: readonly Comparison[]): void {
    const ids = new Set(gone.map(({ id }) => id));
    this.earlier = this.earlier.filter(({ id }) => !ids.has(id));
    if (this.shown && ids.has(this.shown.id)) this.shown = this.earlier[0] ?? null;
  }

  #fail(error: unknown, what: string): void {
    const fault = LabError.from(error, { code: 'worker-lost', what, todo: 'Try again; finished replies were kept.' });
    if (fault.code !== 'cancelled') this.error = fault;
  }
}

export const compare = new CompareState();
