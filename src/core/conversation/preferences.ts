import type { ChatMessage } from '../context/message.ts';
import { roleOf } from '../context/build.ts';
import type { Conversation, Message } from './conversation.ts';
import { pathTo } from './tree.ts';

/** Two replies to the same messages, in the conversational format of TRL's DPO trainer. */
export interface PreferencePair {
  prompt: ChatMessage[];
  chosen: ChatMessage[];
  rejected: ChatMessage[];
  /** What the person wrote about each; TRL ignores columns that it does not know. */
  why: { chosen: string; rejected: string };
}

/**
 * A pair for each two versions of a reply of which a person liked one and disliked the other. A reply that was rated
 * alone makes no pair: there is nothing that it was better than.
 */
export function preferencePairs(conversations: readonly Conversation[]): PreferencePair[] {
  return conversations.flatMap((conversation) => {
    const rated = [...conversation.messages.values()].filter(
      ({ speaker, text, rating }) => speaker === 'supporter' && rating && text.trim() !== '',
    );
    const liked = rated.filter(({ rating }) => rating?.liked);
    const disliked = rated.filter(({ rating }) => !rating?.liked);
    return liked.flatMap((chosen) =>
      disliked
        .filter(({ parent }) => parent === chosen.parent)
        .map((rejected) => ({
          prompt: promptOf(conversation, chosen.parent),
          chosen: [answer(chosen)],
          rejected: [answer(rejected)],
          why: { chosen: chosen.rating?.why ?? '', rejected: rejected.rating?.why ?? '' },
        })),
    );
  });
}

const answer = ({ text }: Message): ChatMessage => ({ role: 'assistant', content: text });

function promptOf(conversation: Conversation, parent: string | null): ChatMessage[] {
  const { systemPrompt } = conversation;
  return [
    ...(systemPrompt.trim() ? [{ role: 'system' as const, content: systemPrompt }] : []),
    ...pathTo(conversation, parent).map(({ speaker, text }) => ({ role: roleOf(speaker), content: text })),
  ];
}
