import type { Conversation } from '../../core/conversation/conversation.ts';
import { utterancesOn } from '../../core/conversation/danger.ts';
import { pathTo } from '../../core/conversation/tree.ts';
import type { LoadedModel, TokenScore } from '../../core/engine/engine.ts';
import type { LabError } from '../../core/error.ts';
import type { CrisisSignal } from '../../core/safety/kinds.ts';
import type { WordWeight, WrittenReply } from '../../lab/index.ts';
import { chatTexts } from '../texts/chat.ts';
import { lookTexts } from '../texts/look.ts';
import { attempt } from './attempt.ts';

interface Dependencies {
  models: { use<Result>(signal: AbortSignal, work: (model: LoadedModel) => Promise<Result>): Promise<Result> };
  look(model: LoadedModel, task: WrittenReply, signal: AbortSignal): Promise<TokenScore[]>;
  weigh(model: LoadedModel, task: WrittenReply, signal: AbortSignal): AsyncIterable<{ weight: WordWeight; of: number }>;
  firstReply: (signal: CrisisSignal) => string;
}

/** One reply, token by token: how likely each was, and what the dropped words would have changed. */
export class LookInside {
  tokens = $state.raw<readonly TokenScore[]>([]);
  weights = $state.raw<readonly WordWeight[]>([]);
  /** How many words are weighed; null before that is asked for, 0 if nothing was dropped. */
  toWeigh = $state<number | null>(null);
  busy = $state<'looking' | 'weighing' | null>(null);
  error = $state.raw<LabError | null>(null);
  readonly #dependencies: Dependencies;
  readonly #task: WrittenReply | null;
  #stopping: AbortController | null = null;

  constructor(dependencies: Dependencies, conversation: Conversation, reply: string) {
    this.#dependencies = dependencies;
    this.#task = taskOf(conversation, reply, dependencies.firstReply);
  }

  look(): Promise<void> {
    return this.#run('looking', async (task, signal) => {
      this.tokens = await this.#dependencies.models.use(signal, (model) =>
        this.#dependencies.look(model, task, signal),
      );
    });
  }

  /** Puts each dropped word back in turn; what was weighed before it is stopped is kept. */
  weigh(): Promise<void> {
    this.weights = [];
    this.toWeigh = null;
    return this.#run('weighing', async (task, signal) => {
      await this.#dependencies.models.use(signal, async (model) => {
        for await (const { weight, of } of this.#dependencies.weigh(model, task, signal)) {
          this.toWeigh = of;
          this.weights = [...this.weights, weight].toSorted((a, b) => b.gain - a.gain);
        }
      });
      this.toWeigh ??= 0;
    });
  }

  readonly stop = (): void => this.#stopping?.abort();

  async #run(
    busy: 'looking' | 'weighing',
    work: (task: WrittenReply, signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const task = this.#task;
    if (!task || this.busy) return;
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.busy = busy;
    this.error = null;
    const failed = { code: 'worker-lost', what: lookTexts.failed, todo: chatTexts.failedTodo } as const;
    await attempt(
      (error) => (this.error = error),
      failed,
      () => work(task, stopping.signal),
    );
    this.busy = null;
    this.#stopping = null;
  }
}

function taskOf(conversation: Conversation, id: string, firstReply: Dependencies['firstReply']): WrittenReply | null {
  const message = conversation.messages.get(id);
  if (!message?.reply || !message.text) return null;
  return {
    systemPrompt: conversation.systemPrompt,
    utterances: utterancesOn(pathTo(conversation, message.parent), firstReply),
    origin: message.reply,
    reply: message.text,
  };
}
