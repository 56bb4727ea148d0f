import type { Conversation } from '../../../core/conversation/conversation.ts';
import { PAPER_DECODING } from '../../../core/engine/engine.ts';
import { LabError } from '../../../core/error.ts';
import { fakeModel } from '../../../core/evaluation/testing/fake-model.ts';
import type { CrisisSignal } from '../../../core/safety/kinds.ts';
import type { LibraryEvent, ReplyStep, ReplyTask, WrittenReply } from '../../../lab/index.ts';
import type { ChatDependencies } from '../chat-dependencies.ts';
import { ChatState } from '../chat-state.svelte.ts';
import { Drafts } from '../drafts.ts';
import { memoryTexts, settled } from './fakes.ts';

interface ChatOptions {
  /** The model is loaded only when the test says so. */
  loading?: boolean;
  conversations?: Partial<ChatDependencies['conversations']>;
  languages?: ChatDependencies['languages'];
}

const KNOWN = { ready: () => Promise.resolve() };

/** A chat whose reply grows by a word whenever the test says so, and the conversations it saved. */
export function setUpChat({ loading = false, conversations = {}, languages = KNOWN }: ChatOptions = {}) {
  const saved = new Map<string, Conversation>();
  const read: string[] = [];
  const requests: (ReplyTask | WrittenReply)[] = [];
  const listeners: ((event: LibraryEvent) => void)[] = [];
  let words: ((word: string | null | Error) => void) | undefined;
  const shown: string[] = [];
  let forgotten = 0;
  let missing = 0;
  let systemPrompt = 'Listen.';
  let seen: CrisisSignal | Error | undefined;
  const looked: string[] = [];
  const model = fakeModel();
  let load: () => void = () => undefined;
  const loaded = new Promise<void>((resolve) => (load = resolve));
  async function* growing(request: ReplyTask, begun: string, signal: AbortSignal): AsyncGenerator<ReplyStep> {
    requests.push(request);
    const step = (text: string, state: 'partial' | 'complete' | 'stopped'): ReplyStep => ({
      messages: [],
      promptTokens: 54,
      change: { text, state, reply: request.origin },
    });
    let text = begun;
    if (text === '') yield step(text, 'partial');
    for (;;) {
      const word = await new Promise<string | null | Error>((resolve) => {
        words = resolve;
        signal.addEventListener('abort', () => resolve(null), { once: true });
      });
      if (word === null) break;
      if (word instanceof Error) throw word;
      text += word;
      yield step(text, 'partial');
    }
    if (begun === '' || text !== begun || !signal.aborted) yield step(text, signal.aborted ? 'stopped' : 'complete');
  }
  const dependencies: ChatDependencies = {
    conversations: {
      subscribe: (listener) => (listeners.push(listener), () => undefined),
      get: (id) => (read.push(id), Promise.resolve(saved.get(id))),
      save: (conversation) => Promise.resolve(void saved.set(conversation.id, conversation)),
      keepMessage: () => undefined,
      ...conversations,
    },
    models: {
      phase: loading ? 'loading' : 'ready',
      use: async (signal, work) => {
        if (!loading) return work(model);
        await new Promise<void>((resolve, reject) => {
          void loaded.then(resolve);
          signal.addEventListener('abort', () => reject(LabError.cancelled()), { once: true });
        });
        return work(model);
      },
    },
    nextOrigin: () => ({ modelId: 'fake', representation: 'keypos', decoding: { ...PAPER_DECODING, seed: 1 } }),
    writeReply: (_model, request, signal) => growing(request, '', signal),
    resumeReply: (_model, request, signal) => growing(request, request.reply, signal),
    address: { show: (id) => void shown.push(id), forget: () => forgotten++, missing: () => missing++ },
    systemPrompt: { get: () => systemPrompt, set: (text) => (systemPrompt = text) },
    drafts: new Drafts(memoryTexts()),
    languages,
    classifyDanger: (text) => (looked.push(text), seen instanceof Error ? Promise.reject(seen) : Promise.resolve(seen)),
    firstReply: () => 'Are you safe?',
  };
  const chat = new ChatState(dependencies);
  chat.start();
  return {
    chat,
    saved,
    read,
    looked,
    /** Sets the signal that the classifier will return. */
    sees: (signal: CrisisSignal | Error) => (seen = signal),
    requests,
    settled,
    /** The model is loaded. */
    load: async () => {
      load();
      await settled();
    },
    /** The person sends a message. */
    say: async (text: string) => {
      chat.draft = text;
      void chat.send();
      await settled();
    },
    emit: (event: LibraryEvent) => listeners.forEach((listener) => listener(event)),
    /** The reply gains a word, ends, or fails. */
    write: async (word: string | null | Error) => {
      await settled();
      words?.(word);
      await settled();
    },
    /** Conversations that the address showed, how often it forgot one, and how often it named one that is missing. */
    shown,
    forgotten: () => forgotten,
    missing: () => missing,
    begin: async (text = 'Hello') => {
      await chat.open(null);
      chat.draft = text;
      void chat.send();
      await settled();
      const { conversation } = chat;
      if (!conversation) throw new Error('No conversation began.');
      return conversation.id;
    },
  };
}
