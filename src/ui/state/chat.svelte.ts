import { readDanger } from '../../lab/danger.ts';
import { firstReplyTo } from '../help/nearby.ts';
import { ChatState } from './chat-state.svelte.ts';
import { conversations } from './conversations.svelte.ts';
import { readDraft, writeDraft } from './drafts.ts';
import { models } from './models.svelte.ts';
import { originOfNextReply, writeReply } from './reply.ts';
import { router } from './router.svelte.ts';
import { settings } from './settings.svelte.ts';

export type { ChatState } from './chat-state.svelte.ts';

/** The chat of this page. */
export const chat = new ChatState({
  conversations,
  models,
  nextOrigin: originOfNextReply,
  writeReply,
  place: {
    show: (id) => {
      if (router.place.view.id === 'chat' && router.place.param !== id) router.replace('chat', id);
    },
    forget: () => router.forget('chat'),
  },
  systemPrompt: { get: () => settings.current.systemPrompt, set: (systemPrompt) => settings.set({ systemPrompt }) },
  drafts: { read: readDraft, write: writeDraft },
  readDanger: async (text) => (await readDanger([text]))[0],
  firstReply: firstReplyTo,
});
