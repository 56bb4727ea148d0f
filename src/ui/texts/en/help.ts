import type { CrisisKind } from '../../../core/safety/kinds.ts';

/** A first reply: acknowledgement, a direct question, and what to do. `call` is the emergency number. */
interface FirstReply {
  heard: (call: string) => string;
  asks: string;
  todo: (call: string) => string;
}

const firstReplies: Record<CrisisKind | 'unknown', FirstReply> = {
  suicide: {
    heard: () =>
      'Thank you for saying this. It sounds like you are in great pain, and you do not have to be alone with it.',
    asks: 'Are you thinking of killing yourself? Are you safe right now?',
    todo: (call) =>
      `If you might act on it, please call ${call} or go to someone near you, and move away from anything you could ` +
      'use to hurt yourself.',
  },
  'self-harm': {
    heard: () => 'Thank you for saying this. It sounds like something has become too much to hold.',
    asks: 'Are you hurt right now? Is the urge there now?',
    todo: (call) =>
      `If you need a doctor, please call ${call}. If the urge is there, put what you would use out of reach, and be ` +
      'near someone until it passes.',
  },
  overdose: {
    heard: (call) =>
      `If you have taken something, please call ${call} now, even if you feel fine. Help works best early.`,
    asks: 'What did you take, how much, and when?',
    todo: () => 'Tell them, and do not stay alone. If you have not taken anything yet, please move away from it.',
  },
  abuse: {
    heard: () => 'This should not happen to you, and it is not your fault.',
    asks: 'Are you safe right now? Can the person who hurts you reach you?',
    todo: (call) =>
      `If you are in danger, please call ${call} as soon as you can do it safely, or go to someone you trust.`,
  },
  'harm-to-others': {
    heard: () => 'That sounds frightening, and it is good that you said it.',
    asks: 'Are you near them right now? Could someone get hurt?',
    todo: (call) => `If so, please step away from them and call ${call}. You can say just what you wrote here.`,
  },
  unknown: {
    heard: () => 'Thank you for saying this. It sounds very hard, and you do not have to be alone with it.',
    asks: 'Are you safe right now? Are you thinking of hurting yourself, or is someone hurting you?',
    todo: (call) => `If you are in danger, please call ${call} or go to someone near you.`,
  },
};

/** What a person in danger reads: lines of people who can help, and the reply that was written in advance. */
export const help = {
  firstReplies,
  /** The name of an emergency number that is not known. */
  emergencyNumber: 'your local emergency number',
  listener: (name: string, contact: string) => `People who listen: ${name}, ${contact}.`,
  listeners: 'People who listen in your country: findahelpline.com.',
  keepWriting: 'You can keep writing here, too.',
  /** Shown with the first reply, so that nobody takes it for the model's. */
  byPeople: 'Written by people, in advance.',

  banner: 'Where to find people who can help',
  hideLines: 'Hide these lines',
  hide: 'Hide',
  /** Above the lines, by the level of the message. */
  danger: 'People you can reach now',
  concern: 'If this is about you or someone close to you',
  concernBody:
    'Trained people listen at any hour, free or at low cost, and you need no special reason to call. A program ' +
    'cannot do that. If someone is in danger now, call an emergency number.',

  /** Below the lines: what to do if one fails. */
  noAnswer: 'If one does not answer, try the next one, or findahelpline.com.',
  /** Below the directory if there is no line for the reader's country, or the country is unknown. */
  noLines:
    'We have no numbers for where you are. findahelpline.com lists people to call or write to in many countries.',
  /** Above the table of all lines, where it does not stand between a person and a number. */
  sources:
    'Each line names the page of its own service; where the two differ, the page is right. A date says when a person ' +
    'last compared them. Lines without a date were entered in November 2026 and have not been compared yet.',
  numbersFor: (country: string) => `Numbers for ${country}. Other countries`,
  linesByCountry: 'Lines by country',
  /** Chromium knows no name for UN M49's region 150. */
  europe: 'Europe',
  emergencyServices: 'Emergency services',
  callOrText: (number: string) => `Call or text ${number}`,
  /** The same within a sentence. */
  orText: (number: string) => `call or text ${number}`,

  needPerson: 'Need a person now?',
  needPersonBody:
    'You can call or write to people who listen, whatever it is about. If someone is in danger now, call an ' +
    'emergency ' +
    'number.',

  /** Said by a screen reader at once. */
  listed: 'People who can help are listed under your message.',
};
