import { detectCrisis } from '../safety/crisis.ts';
import { higherLevel, strongerSignal, type CrisisSignal } from '../safety/kinds.ts';
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
  const signal =
    message.noticed && higherLevel(message.noticed.level, now.level) === message.noticed.level ? message.noticed : now;
  known.set(message, signal);
  return signal;
}

/**
 * For each message of a branch, what is signalled by the messages that it answers: all that the person wrote since the
 * last reply. The person's own answer none.
 */
export function answeredOn(path: readonly Pick<Message, 'speaker' | 'text' | 'noticed'>[]): CrisisSignal[] {
  let open = NOTHING;
  return path.map((message) => {
    const answered = open;
    open = message.speaker === 'seeker' ? strongerSignal(open, signalOf(message)) : NOTHING;
    return message.speaker === 'seeker' ? NOTHING : answered;
  });
}

/** What the person wrote since the reply before, oldest first. A reply at the end of the branch does not count. */
export function newestOf<M extends Pick<Message, 'speaker'>>(path: readonly M[]): M[] {
  const end = path.findLastIndex(({ speaker }) => speaker === 'seeker');
  const before = path.findLastIndex(({ speaker }, i) => i < end && speaker === 'supporter');
  return path.slice(before + 1, end + 1);
}

/** An utterance as the model reads it; one that is `whole` is never compressed. */
export interface Said {
  speaker: Message['speaker'];
  text: string;
  whole: boolean;
}

export interface KeyedSaid extends Said {
  /** The id of the message; of a first reply, one made from that of the message before it. */
  key: string;
}

type Written = Pick<Message, 'id' | 'speaker' | 'text' | 'noticed'>;

/**
 * A branch as the model reads it. After a message of danger comes the reply that the person read first, and no reply
 * of the model's own. Both stay as they were written, and so does what the person answers to that first reply.
 */
export function keyedSaidOn(path: readonly Written[], firstReply: (signal: CrisisSignal) => string): KeyedSaid[] {
  const answered = answeredOn(path);
  let toFirstReply = false;
  return path.flatMap((message, i): KeyedSaid[] => {
    const { id: key, speaker, text } = message;
    if (speaker === 'supporter') {
      if (answered[i]?.level === 'danger') return [];
      toFirstReply = false;
      return [{ key, speaker, text, whole: false }];
    }
    const signal = signalOf(message);
    const danger = signal.level === 'danger';
    const said: KeyedSaid = { key, speaker, text, whole: danger || toFirstReply };
    // The newest message is still to be answered, by the model as well.
    if (!danger || i === path.length - 1) return [said];
    toFirstReply = true;
    return [said, { key: `${key} first reply`, speaker: 'supporter', text: firstReply(signal), whole: true }];
  });
}

/** The same without keys. */
export const saidOn = (...on: Parameters<typeof keyedSaidOn>): Said[] =>
  keyedSaidOn(...on).map(({ speaker, text, whole }) => ({ speaker, text, whole }));
