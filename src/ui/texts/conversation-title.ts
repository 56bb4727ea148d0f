import type { ConversationHead } from '../../core/conversation/conversation.ts';
import { neutralTitle } from '../../core/conversation/title.ts';
import { chatTexts } from './chat.ts';
import { language } from './in-use.svelte.ts';

/** A conversation's name as it is shown. One that was made to reveal nothing is in the language of the interface. */
export function shownTitle({ title, createdAt }: Pick<ConversationHead, 'title' | 'createdAt'>): string {
  if (title === '') return chatTexts.newConversation;
  if (title !== neutralTitle(createdAt)) return title;
  return chatTexts.conversationOf(new Date(createdAt).toLocaleDateString(language(), { dateStyle: 'medium' }));
}
