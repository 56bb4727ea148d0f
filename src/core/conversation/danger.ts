import { detectCrisis, knowsLanguages } from '../safety/crisis.ts';
import { higherLevel, strongerSignal, type CrisisSignal } from '../safety/kinds.ts';
import type { Message, Noticed } from './conversation.ts';

const NOTHING: CrisisSignal = { level: 'none', kinds: [] };
/** The signal of a message, and whether the phrases of all languages were known when it was looked for. */
const known = new WeakMap<object, { signal: CrisisSignal; everyLanguage: boolean }>();

/** The danger that rules detect in a text at once; undefined if none. */
export function noticedIn(text: string): Noticed | undefined {
  const { level, kinds } = detectCrisis(text);
  return level === 'none' ? undefined : { level, kinds };
}

/**
 * The danger in a seeker's message: the stronger of what was noticed when it was written and what is noticed now, so
 * that no change of the rules withdraws help. Messages of others signal nothing.
 */
export function signalOf(message: Pick<Message, 'speaker' | 'text' | 'noticed'>): CrisisSignal {
  if (message.speaker !== 'seeker') return NOTHING;
  const before = known.get(message);
  if (before?.everyLanguage === knowsLanguages()) return before.signal;
  const now = detectCrisis(message.text);
  const signal =
    message.noticed && higherLevel(message.noticed.level, now.level) === message.noticed.level ? message.noticed : now;
  known.set(message, { signal, everyLanguage: knowsLanguages() });
  return signal;
}

/**
 * For each message of a branch, the danger in the messages that it answers: all that the person wrote since the last
 * reply. The person's own messages answer none.
 */
export function answeredOn(path: readonly Pick<Message, 'speaker' | 'text' | 'noticed'>[]): CrisisSignal[] {
  let open = NOTHING;
  return path.map((message) => {
    const answered = open;
    open = message.speaker === 'seeker' ? strongerSignal(open, signalOf(message)) : NOTHING;
    return message.speaker === 'seeker' ? NOTHING : answered;
  });
}

/** The person's messages since the previous reply, oldest first. A reply at the end of the branch does not count. */
export function newestOf<M extends Pick<Message, 'speaker'>>(path: readonly M[]): M[] {
  const end = path.findLastIndex(({ speaker }) => speaker === 'seeker');
  const before = path.findLastIndex(({ speaker }, i) => i < end && speaker === 'supporter');
  return path.slice(before + 1, end + 1);
}

/** An utterance as the model reads it; if `whole`, it is never compressed. */
export interface PromptUtterance {
  speaker: Message['speaker'];
  text: string;
  whole: boolean;
}

export interface KeyedUtterance extends PromptUtterance {
  /** The id of the message; for a first reply, derived from that of the message before it. */
  key: string;
}

type Written = Pick<Message, 'id' | 'speaker' | 'text' | 'noticed'>;

/**
 * A branch as the model reads it. A message that signals danger is followed by the reply that the person read first,
 * not by the model's own. Both are sent as written, and so is the person's answer to that first reply.
 */
export function keyedUtterancesOn(
  path: readonly Written[],
  firstReply: (signal: CrisisSignal) => string,
): KeyedUtterance[] {
  const answered = answeredOn(path);
  let toFirstReply = false;
  return path.flatMap((message, i): KeyedUtterance[] => {
    const { id: key, speaker, text } = message;
    if (speaker === 'supporter') {
      if (answered[i]?.level === 'danger') return [];
      toFirstReply = false;
      return [{ key, speaker, text, whole: false }];
    }
    const signal = signalOf(message);
    const danger = signal.level === 'danger';
    const utterance: KeyedUtterance = { key, speaker, text, whole: danger || toFirstReply };
    // The newest message is still to be answered, also by the model.
    if (!danger || i === path.length - 1) return [utterance];
    toFirstReply = true;
    return [utterance, { key: `${key} first reply`, speaker: 'supporter', text: firstReply(signal), whole: true }];
  });
}

/** The same without keys. */
export const utterancesOn = (...on: Parameters<typeof keyedUtterancesOn>): PromptUtterance[] =>
  keyedUtterancesOn(...on).map(({ speaker, text, whole }) => ({ speaker, text, whole }));
