import type { Speaker, Utterance } from '../dataset/dialogue.ts';
import type { ChatMessage } from './message.ts';

const ROLES: Record<Speaker, ChatMessage['role']> = { seeker: 'user', supporter: 'assistant' };

/** Who a speaker is to a chat template. */
export const roleOf = (speaker: Speaker): ChatMessage['role'] => ROLES[speaker];

export interface ContextInput {
  /** The system prompt; blank or absent leaves it to the template. */
  system?: string | undefined;
  utterances: readonly Pick<Utterance, 'speaker' | 'text'>[];
  /** What stands for each utterance, e.g. its compressed text; null leaves it out. Default: the text itself. */
  sent?: readonly (string | null)[] | undefined;
}

export interface BuiltContext {
  messages: ChatMessage[];
  /** For each message, the indices of the utterances in it; empty for the system message. */
  sources: number[][];
}

/**
 * A dialogue as chat messages: the seeker is the user, the supporter the assistant, also where the supporter speaks
 * first. Neighbouring utterances of one speaker are joined with a space, as chat templates want roles to alternate.
 * Blank utterances vanish; one whose compression is empty still has its message, so that turns keep their place.
 */
export function buildContext({ system = '', utterances, sent }: ContextInput): BuiltContext {
  const messages: ChatMessage[] = [];
  const sources: number[][] = [];
  if (!isBlank(system)) {
    messages.push({ role: 'system', content: system.trim() });
    sources.push([]);
  }
  utterances.forEach(({ speaker, text }, index) => {
    const content = (sent ? (sent[index] ?? null) : text)?.trim();
    if (content === undefined || isBlank(text)) return;
    const role = roleOf(speaker);
    const last = messages.at(-1);
    if (last?.role === role) {
      last.content = [last.content, content].filter((part) => part !== '').join(' ');
      sources.at(-1)?.push(index);
    } else {
      messages.push({ role, content });
      sources.push([index]);
    }
  });
  return { messages, sources };
}

export const isBlank = (text: string): boolean => text.trim() === '';
