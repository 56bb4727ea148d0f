import type { Speaker, Utterance } from '../dataset/dialogue.ts';
import type { ChatMessage } from './message.ts';

const ROLES: Record<Speaker, ChatMessage['role']> = { seeker: 'user', supporter: 'assistant' };

export interface ContextInput {
  /** The system prompt; blank or absent leaves it to the template. */
  system?: string;
  utterances: readonly Pick<Utterance, 'speaker' | 'text'>[];
  /** What stands for each utterance, e.g. its compressed text. Default: the text itself. */
  sent?: readonly string[];
  /** Join neighbouring utterances of one speaker with a space, as chat templates want roles to alternate. */
  joinNeighbours?: boolean;
  /** Send the newest utterance as it was written when the seeker wrote it. */
  newestWhole?: boolean;
}

export interface BuiltContext {
  messages: ChatMessage[];
  /** For each message, the indices of the utterances in it; empty for the system message. */
  sources: number[][];
}

/**
 * A dialogue as chat messages: the seeker is the user, the supporter the assistant, also where the supporter speaks
 * first. Blank utterances vanish; one whose compression is empty still has its message, so that turns keep their place.
 */
export function buildContext(input: ContextInput): BuiltContext {
  const { system = '', utterances, joinNeighbours = true } = input;
  const messages: ChatMessage[] = [];
  const sources: number[][] = [];
  if (system.trim() !== '') {
    messages.push({ role: 'system', content: system.trim() });
    sources.push([]);
  }
  sentTexts(input).forEach((content, index) => {
    const utterance = utterances[index];
    if (!utterance || isBlank(utterance.text)) return;
    const role = ROLES[utterance.speaker];
    const last = messages.at(-1);
    if (joinNeighbours && last?.role === role) {
      last.content = [last.content, content].filter((text) => text !== '').join(' ');
      sources.at(-1)?.push(index);
    } else {
      messages.push({ role, content });
      sources.push([index]);
    }
  });
  return { messages, sources };
}

/** The text that stands for each utterance in the context, without white space around it. */
export function sentTexts({ utterances, sent, newestWhole = false }: ContextInput): string[] {
  return utterances.map(({ speaker, text }, index) => {
    const whole = newestWhole && index === utterances.length - 1 && speaker === 'seeker';
    return (whole ? text : (sent?.[index] ?? text)).trim();
  });
}

export const isBlank = (text: string): boolean => text.trim() === '';
