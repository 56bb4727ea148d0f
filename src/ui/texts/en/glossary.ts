import type { TermId } from '../../terms/terms.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('en');

const terms: Record<TermId, { title: string; says: string }> = {
  compression: {
    title: 'Compression',
    says: 'Leaves words out of what the model reads, so that it answers sooner and remembers more turns.',
  },
  token: {
    title: 'Token',
    says: 'The piece of text that a model reads and writes: a short word, part of a long one, or a punctuation mark.',
  },
  window: {
    title: 'Context window',
    says: 'How many tokens the model can hold at once: the system prompt, the conversation and its own reply.',
  },
  tagger: {
    title: 'Tagger',
    says: 'The program that decides for each word which part of speech it is, before KeyPOS keeps or drops it.',
  },
  parts: {
    title: 'Parts of speech',
    says: 'KeyPOS keeps the words of the kinds that you tick, and drops all others.',
  },
  prompt: {
    title: 'System prompt',
    says: 'An instruction that the model reads before the conversation, at every turn; you see it, others do not.',
  },
  seed: {
    title: 'Seed',
    says: 'The number from which all dice of a reply are rolled: the same seed and settings give the same reply again.',
  },
  temperature: {
    title: 'Temperature',
    says: 'How much chance decides: at 0 the likeliest word always wins, at 1 words win as often as the model expects.',
  },
  topP: {
    title: 'Top-p',
    says: 'Before each word is drawn, the unlikely ones are put aside: those beyond this share of the probability.',
  },
  topK: {
    title: 'Top-k',
    says: 'Before each word is drawn, all but this many of the likeliest are put aside.',
  },
  maxNewTokens: {
    title: 'Longest reply',
    says: 'The reply is cut off after this many tokens, and the window keeps that much room free for it.',
  },
};

/** The terms of the lab, each in one sentence, and examples of what they do. */
export const glossary = {
  terms,
  /** Who wrote the paper that the lab is built around. */
  paperBy: 'anonymous ACL submission, 2024',

  yours: 'Your message:',
  example: 'For example:',
  promptNow: 'It now says:',
  promptEmpty: 'nothing',
  lastSeed: (seed: string) => `The last one was ${seed}.`,
  length: (tokens: string, words: string) => `Now ${tokens} tokens, some ${words} words.`,
  choice: (before: string, after: string) =>
    `Say the next word after “I feel so” is ${before}. With your setting: ${after}.`,
  always: (word: string) => `always ${word}`,

  compressing: 'Reading it…',
  size: (words: number, tokens: number) =>
    `${count(words, 'word', 'words')}, about ${count(tokens, 'token', 'tokens')}.`,
  room: (used: string, budget: string, reserve: string) =>
    `With everything before it: ${used} of ${budget}, of which ${reserve} are kept free for the reply.`,
  unknownYet: 'nothing yet',
};
