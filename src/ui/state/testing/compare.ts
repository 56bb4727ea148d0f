import type { ReplyOrigin } from '../../../core/conversation/conversation.ts';
import type { KeyedUtterance } from '../../../core/conversation/danger.ts';
import { PAPER_DECODING, type LoadedModel } from '../../../core/engine/engine.ts';
import { fakeModel } from '../../../core/evaluation/testing/fake-model.ts';
import type { Comparison } from '../../../core/conversation/comparison.ts';
import { CompareState } from '../compare.svelte.ts';
import type { ReplyStep, ReplyTask } from '../../../lab/index.ts';
import { deferred, fakeToasts, settled, type Deferred } from './fakes.ts';

export type CompareDependencies = ConstructorParameters<typeof CompareState>[0];

const ORIGIN: ReplyOrigin = { modelId: 'fake', representation: 'raw', decoding: { ...PAPER_DECODING, seed: 7 } };
export const comparisonOf = (id: string): Comparison => ({
  id,
  createdAt: 0,
  model: 'Fake',
  device: 'CPU',
  seed: 7,
  earlier: 0,
  message: `message of ${id}`,
  columns: [],
});

/** Comparisons whose replies end when the test says so. */
export function setUpCompare({
  shelf = {},
  ...rest
}: { shelf?: Partial<CompareDependencies['shelf']> } & Partial<Omit<CompareDependencies, 'shelf'>> = {}) {
  const stored = new Map<string, Comparison>();
  const requests: ReplyTask[] = [];
  const toasts = fakeToasts();
  const chat = {
    systemPrompt: 'Listen.',
    saidWith: (draft: string | null): KeyedUtterance[] => [
      { key: 'm1', speaker: 'seeker', text: 'Earlier', whole: false },
      { key: 'draft', speaker: 'seeker', text: draft ?? '', whole: false },
    ],
  };
  /** Each reply waits until the test ends it. */
  const replies: Deferred[] = [];
  const compare = new CompareState({
    shelf: {
      listComparisons: () => Promise.resolve([...stored.values()]),
      saveComparison: (comparison) => Promise.resolve(void stored.set(comparison.id, comparison)),
      deleteComparison: (id) => Promise.resolve(void stored.delete(id)),
      deleteAllComparisons: () => {
        stored.clear();
        return Promise.resolve();
      },
      ...shelf,
    },
    models: {
      phase: 'ready',
      chosen: { name: 'Fake' },
      where: 'CPU',
      use: (_: AbortSignal, work: (model: LoadedModel) => Promise<unknown>) => work(fakeModel()),
    } as never,
    chat,
    languages: { ready: () => Promise.resolve() },
    nextOrigins: () => (representation) => ({ ...ORIGIN, representation }),
    readBeginning: () => Promise.resolve(),
    async *writeReply(_model, request, signal): AsyncGenerator<ReplyStep> {
      requests.push(request);
      const reply = deferred();
      replies.push(reply);
      const messages = [{ role: 'user' as const, content: `as ${request.origin.representation}` }];
      const step = (text: string, end: Partial<ReplyOrigin> = {}): ReplyStep => ({
        messages,
        promptTokens: 5,
        change: { text, state: 'partial', reply: { ...request.origin, ...end } },
      });
      yield step('Half');
      const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      await Promise.race([reply.promise, stopped]);
      const stats = { promptTokens: 5, newTokens: 2, firstTokenMs: 1, decodeMs: 2 };
      yield signal.aborted
        ? step('Half', { reason: 'cancelled', stats })
        : step(`Whole ${request.origin.representation}`, { reason: 'stop', stats });
    },
    toasts,
    ...rest,
  });
  return {
    compare,
    stored,
    requests,
    toasts,
    chat,
    /** Ends the reply that is being written. */
    end: async () => {
      await settled();
      replies.at(-1)?.resolve();
      await settled();
    },
    fail: async (error: unknown) => {
      await settled();
      replies.at(-1)?.reject(error);
      await settled();
    },
  };
}
