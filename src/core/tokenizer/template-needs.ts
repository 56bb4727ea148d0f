import type { ChatMessage } from '../context/message.ts';

/** What a chat template accepts; many raise an exception for what is false here. */
export interface TemplateNeeds {
  /** A system message. */
  system: boolean;
  /** A conversation that the assistant opens. */
  opening: boolean;
  /** Neighbouring messages of one role. */
  repeats: boolean;
}

/** Finds out by rendering. A template that refuses even a single user message fails later, when it is used. */
export function templateNeeds(render: (messages: readonly ChatMessage[]) => string): TemplateNeeds {
  const takes = (...roles: ChatMessage['role'][]): boolean => {
    try {
      render(roles.map((role) => ({ role, content: 'x' })));
      return true;
    } catch {
      return false;
    }
  };
  if (!takes('user')) return { system: true, opening: true, repeats: true };
  return { system: takes('system', 'user'), opening: takes('assistant', 'user'), repeats: takes('user', 'user') };
}

/**
 * A conversation in the form that a template accepts, the same for training and replies. What it accepts stays as it
 * is. Otherwise, neighbouring messages of one role are joined with a space, the assistant's messages before the user's
 * first are left out, and a system message becomes the beginning of the user's first message.
 */
export function suitedMessages(
  messages: readonly ChatMessage[],
  { system, opening, repeats }: TemplateNeeds,
): ChatMessage[] {
  let suited = messages.map((message) => ({ ...message }));
  if (!opening) {
    const first = suited.findIndex(({ role }) => role === 'user');
    suited = suited.filter(({ role }, i) => role !== 'assistant' || (first >= 0 && i > first));
  }
  if (!repeats) suited = suited.reduce<ChatMessage[]>(joined, []);
  const [head, next] = suited;
  if (system || head?.role !== 'system') return suited;
  if (next?.role === 'user')
    return [{ role: 'user', content: `${head.content}\n\n${next.content}` }, ...suited.slice(2)];
  return [{ role: 'user', content: head.content }, ...suited.slice(1)];
}

function joined(list: ChatMessage[], message: ChatMessage): ChatMessage[] {
  const last = list.at(-1);
  if (last?.role !== message.role) return [...list, message];
  return [
    ...list.slice(0, -1),
    { ...last, content: [last.content, message.content].filter((text) => text !== '').join(' ') },
  ];
}
