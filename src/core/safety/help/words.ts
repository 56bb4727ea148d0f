import type { CrisisKind } from '../kinds.ts';
import type { HelpLine } from './lines.ts';

/** The text above the lines, by the level of the message. */
export const HELP_TEXT = {
  danger: { heading: 'People you can reach now', body: null },
  concern: {
    heading: 'If this is about you or someone close to you',
    body:
      'Trained people listen at any hour, free or at low cost, and you need no special reason to call. A program ' +
      'cannot do that. If someone is in danger now, call an emergency number.',
  },
} as const;

/** Shown below lines: what to do if one fails. */
export const NO_ANSWER = 'If one does not answer, try the next one, or findahelpline.com.';

/** Shown above the table of all lines, where it does not stand between a person and a number. */
export const SOURCES =
  'Each line names the page of its own service; where the two differ, the page is right. A date says when a person ' +
  'last compared them. Lines without a date were entered in November 2026 and have not been compared yet.';

/** Shown below the directory if the table has no line for the reader's country, or the country is unknown. */
export const NO_LINES =
  'We have no numbers for where you are. findahelpline.com lists people to call or write to in many countries.';

/** Shown with the first reply, so that nobody takes it for the model's. */
export const FIRST_REPLY_NOTE = 'Written by people, in advance.';

/** The text of a first reply: acknowledgement, a direct question, and what to do. `{call}` is the emergency number. */
interface Words {
  heard: string;
  asks: string;
  todo: string;
}

const FIRST_REPLIES: Record<CrisisKind | 'unknown', Words> = {
  suicide: {
    heard: 'Thank you for saying this. It sounds like you are in great pain, and you do not have to be alone with it.',
    asks: 'Are you thinking of killing yourself? Are you safe right now?',
    todo:
      'If you might act on it, please call {call} or go to someone near you, and move away from anything you could ' +
      'use to hurt yourself.',
  },
  'self-harm': {
    heard: 'Thank you for saying this. It sounds like something has become too much to hold.',
    asks: 'Are you hurt right now? Is the urge there now?',
    todo:
      'If you need a doctor, please call {call}. If the urge is there, put what you would use out of reach, and be ' +
      'near someone until it passes.',
  },
  overdose: {
    heard: 'If you have taken something, please call {call} now, even if you feel fine. Help works best early.',
    asks: 'What did you take, how much, and when?',
    todo: 'Tell them, and do not stay alone. If you have not taken anything yet, please move away from it.',
  },
  abuse: {
    heard: 'This should not happen to you, and it is not your fault.',
    asks: 'Are you safe right now? Can the person who hurts you reach you?',
    todo: 'If you are in danger, please call {call} as soon as you can do it safely, or go to someone you trust.',
  },
  'harm-to-others': {
    heard: 'That sounds frightening, and it is good that you said it.',
    asks: 'Are you near them right now? Could someone get hurt?',
    todo: 'If so, please step away from them and call {call}. You can say just what you wrote here.',
  },
  unknown: {
    heard: 'Thank you for saying this. It sounds very hard, and you do not have to be alone with it.',
    asks: 'Are you safe right now? Are you thinking of hurting yourself, or is someone hurting you?',
    todo: 'If you are in danger, please call {call} or go to someone near you.',
  },
};

/** Which of several kinds is addressed: the most urgent first. */
const ORDER: readonly CrisisKind[] = ['overdose', 'suicide', 'self-harm', 'abuse', 'harm-to-others'];

/**
 * The reply before the model's when a message signals danger: a fixed text, written by people.
 *
 * @param lines those of the person's country, as `linesOf` returns them
 */
export function firstReply(kinds: readonly CrisisKind[], lines: readonly HelpLine[]): string {
  const { heard, asks, todo } = FIRST_REPLIES[ORDER.find((kind) => kinds.includes(kind)) ?? 'unknown'];
  const emergency = lines.find(({ kind }) => kind === 'emergency')?.contact ?? 'your local emergency number';
  const listener = lines.find(({ kind }) => kind === 'talk');
  const listen = listener
    ? `People who listen: ${listener.name}, ${listener.contact.replace(/^C/, 'c')}.`
    : 'People who listen in your country: findahelpline.com.';
  return [`${heard} ${asks}`, `${todo} ${listen} You can keep writing here, too.`]
    .join('\n\n')
    .replaceAll('{call}', emergency);
}
