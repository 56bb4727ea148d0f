import type { Conversation, Message } from '../../core/conversation/conversation.ts';
import { utterancesOn } from '../../core/conversation/danger.ts';
import { append, pathTo, regenerate } from '../../core/conversation/tree.ts';
import type { LoadedModel } from '../../core/engine/engine.ts';
import type { ReplyStep } from '../../lab/index.ts';
import type { ChatDependencies } from './chat-dependencies.ts';

/** What is asked of the model: an answer to the last message, another version of a reply, or the rest of one. */
export interface Wanted {
  kind: 'answer' | 'version' | 'rest';
  /** The reply; an answer needs none. */
  of?: string;
}

/** A reply that is being written, as far as it is. */
export interface Writing {
  id: string;
  text: string;
  /** Which of several replies is being sampled, from 1. */
  sampling?: number | undefined;
  /** Tokens of the prompt; absent or null while they are not known. */
  reads?: number | null;
}

/** A reply that is about to be written. */
export interface BegunReply {
  conversation: Conversation;
  /** The message that it fills or extends. */
  message: Message;
  /** What becomes of the message if nothing arrives. */
  unwritten: Partial<Message>;
  write(signal: AbortSignal): AsyncIterable<ReplyStep>;
}

type Services = Pick<ChatDependencies, 'nextOrigin' | 'writeReply' | 'resumeReply' | 'firstReply'>;

/** Gives a reply its place in the conversation; nothing is generated until `write` is read. */
export function beginReply(
  services: Services,
  model: LoadedModel,
  given: Conversation,
  { kind, of }: Wanted,
): BegunReply {
  const written = of === undefined ? undefined : given.messages.get(of);
  const rest = kind === 'rest' && written?.reply ? { message: written, origin: written.reply } : null;
  const origin = rest?.origin ?? services.nextOrigin(model.info);
  const { conversation, message } = rest
    ? { conversation: given, message: rest.message }
    : of
      ? regenerate(given, of, origin)
      : append(given, { speaker: 'supporter', text: '', state: 'partial', reply: origin });
  const utterances = utterancesOn(pathTo(conversation, message.parent), services.firstReply);
  const task = { systemPrompt: conversation.systemPrompt, utterances, origin };
  return {
    conversation,
    message,
    unwritten: rest ? {} : { state: 'failed' },
    write: (signal) =>
      rest
        ? services.resumeReply(model, { ...task, reply: message.text }, signal)
        : services.writeReply(model, task, signal),
  };
}
