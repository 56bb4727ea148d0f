import { loadLanguages } from '../../core/safety/crisis.ts';
import {
  contextTokenizer,
  getDialogue,
  localTexts,
  openAssist,
  openOverflow,
  readDanger,
  resumeReply,
  viewCompressed,
  writeReply,
} from '../../lab/index.ts';
import { firstReplyTo } from '../help/nearby.ts';
import { ChatLink } from '../state/chat-link.svelte.ts';
import { ChatState } from '../state/chat-state.svelte.ts';
import { ContextState } from '../state/context.svelte.ts';
import { Dismissals } from '../state/dismissals.svelte.ts';
import { Drafts } from '../state/drafts.ts';
import { NextReply } from '../state/next-reply.ts';
import { OtherLanguages } from '../state/other-languages.svelte.ts';
import { receiveShared } from '../state/shared-text.ts';
import { chatTexts } from '../texts/chat.ts';
import { conversations } from './conversations.ts';
import { models, router, settings, toasts } from './shell.ts';

const drafts = new Drafts(localTexts);
// The text leaves the address, so that a reload does not add it again.
receiveShared(location.search, drafts, () => history.replaceState(null, '', `${location.pathname}${location.hash}`));

/** What is on the page when they arrive is judged again. */
export const languages = new OtherLanguages(loadLanguages, () => {
  if (chat.conversation) chat.conversation = { ...chat.conversation };
});

export const nextReply = new NextReply({
  settings,
  tokenizer: contextTokenizer,
  assist: openAssist,
  write: writeReply,
  resume: resumeReply,
});

export const chat = new ChatState({
  conversations,
  models,
  nextOrigin: nextReply.origin,
  writeReply: nextReply.write,
  resumeReply: nextReply.resume,
  address: {
    show: (id) => {
      if (router.route.view.id === 'chat' && router.route.param !== id) router.replace('chat', id);
    },
    forget: () => router.forget('chat'),
    missing: () => {
      router.forget('chat');
      toasts.show(chatTexts.missing);
    },
  },
  systemPrompt: { get: () => settings.current.systemPrompt, set: (systemPrompt) => settings.set({ systemPrompt }) },
  drafts,
  languages,
  classifyDanger: async (text) => (await readDanger([text]))[0],
  firstReply: firstReplyTo,
});
chat.start();

export const chatLink = new ChatLink({
  settings,
  models,
  getDialogue,
  save: (conversation) => conversations.save(conversation),
  show: (id) => router.replace('chat', id),
});

export const context = new ContextState({
  chat,
  models,
  settings,
  view: viewCompressed,
  tokenizerOf: contextTokenizer,
  overflow: openOverflow,
});
context.start();

export const dismissals = new Dismissals(localTexts);
