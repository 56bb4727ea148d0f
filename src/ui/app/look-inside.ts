import type { Conversation } from '../../core/conversation/conversation.ts';
import { contextTokenizer, lookInside, weighDropped } from '../../lab/index.ts';
import { firstReplyTo } from '../help/nearby.ts';
import { LookInside } from '../state/look-inside.svelte.ts';
import { models, settings } from './shell.ts';

/** One reply of a conversation, to be looked into. */
export function lookInto(conversation: Conversation, reply: string): LookInside {
  const tools = () => ({ tokenizer: contextTokenizer, limit: settings.current.budget });
  return new LookInside(
    {
      models,
      look: (model, task, signal) => lookInside(model, task, tools(), signal),
      weigh: (model, task, signal) => weighDropped(model, task, tools(), signal),
      firstReply: firstReplyTo,
    },
    conversation,
    reply,
  );
}
