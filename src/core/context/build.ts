import type { Speaker, Utterance } from '../dataset/dialogue.ts';
import type { ChatMessage } from './message.ts';

const ROLES: Record<Speaker, ChatMessage['role']> = { seeker: 'user', supporter: 'assistant' };

/** The role of a speaker in a chat template. */
export const roleOf = (speaker: Speaker): ChatMessage['role'] => ROLES[speaker];

export interface ContextInput {
  /** The system prompt; if blank or absent, the template decides. */
  system?: string | undefined;
  utterances: readonly Pick<Utterance, 'speaker' | 'text'>[];
  /** The text to send for each utterance, e.g. compressed; null leaves it out. Default: the utterance's own text. */
  sent?: readonly (string | null)[] | undefined;
  /** Quotes of earlier utterances; they begin the seeker's last message, on lines of their own. */
  quotes?: string | undefined;
}

export interface BuiltContext {
  messages: ChatMessage[];
  /** The indices of the utterances in each message; empty for the system message. */
  sources: number[][];
}

/**
 * A dialogue as chat messages: the seeker is the user and the supporter the assistant, even if the supporter speaks
 * first. Neighbouring utterances of one speaker are joined with a space, because chat templates expect alternating
 * roles. Blank utterances are dropped; one whose compression is empty keeps its message, so that roles still alternate.
 */
export function buildContext({ system = '', utterances, sent, quotes = '' }: ContextInput): BuiltContext {
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
  const last = quotes === '' ? undefined : messages.findLast(({ role }) => role === 'user');
  if (last) last.content = `${quotes}\n\n${last.content}`;
  return { messages, sources };
}

export const isBlank = (text: string): boolean => text.trim() === '';
