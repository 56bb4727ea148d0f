import { detectCrisis } from '../safety/crisis.ts';
import { higherLevel, type CrisisSignal } from '../safety/kinds.ts';
import type { Message, Noticed } from './conversation.ts';

const NOTHING: CrisisSignal = { level: 'none', kinds: [] };
const known = new WeakMap<object, CrisisSignal>();

/** What is noticed in a text at once; undefined where that is nothing. */
export function noticedIn(text: string): Noticed | undefined {
  const { level, kinds } = detectCrisis(text);
  return level === 'none' ? undefined : { level, kinds };
}

/**
 * What a message of a seeker signals: the stronger of what was noticed when it was written and what is noticed now, so
 * that no change of the rules takes help away again. Anybody else's message signals nothing.
 */
export function signalOf(message: Pick<Message, 'speaker' | 'text' | 'noticed'>): CrisisSignal {
  if (message.speaker !== 'seeker') return NOTHING;
  const before = known.get(message);
  if (before) return before;
  const now = detectCrisis(message.text);
  const signal = message.noticed && higherLevel(message.noticed.level, now.level) === message.noticed.level ? message.noticed : now;
  known.set(message, signal);
  return signal;
}

/** An utterance as the model reads it; one that is `whole` is never compressed. */
export interface Said {
  speaker: Message['speaker'];
  text: string;
  whole: boolean;
}

/**
 * A branch as the model reads it. A turn that signals danger stays as it was written, and its reply is the one that the
 * person read first, not the model's own.
 */
export function saidOn(
  path: readonly Pick<Message, 'speaker' | 'text' | 'noticed'>[],
  firstReply: (signal: CrisisSignal) => string,
): Said[] {
  return path.map((message, i) => {
    const { speaker, text } = message;
    const before = path[i - 1];
    const answered = before && speaker === 'supporter' ? signalOf(before) : NOTHING;
    if (answered.level === 'danger') return { speaker, text: firstReply(answered), whole: true };
    return { speaker, text, whole: signalOf(message).level === 'danger' };
  });
}
