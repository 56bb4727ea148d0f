import type { OverflowId } from '../../../core/compression/history/overflow.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('en');

const overflows: Record<OverflowId, { name: string; summary: string }> = {
  drop: { name: 'Drop the oldest', summary: 'The oldest turns leave; the rest stays as it is.' },
  ends: { name: 'Keep the beginning', summary: 'The first two turns stay, then the oldest leave.' },
  shorten: {
    name: 'Shorten older turns',
    summary: 'Old turns lose their less important words before they leave: first to KeyPOS, then to NoStopwords.',
  },
  summarise: {
    name: 'Summarise',
    summary: 'The model writes notes on the oldest turns and reads those instead. Takes time now and then.',
  },
  select: {
    name: 'Drop predictable words',
    summary: 'Old turns lose the words that the model could best have guessed (Selective Context).',
  },
  recall: {
    name: 'Look back when needed',
    summary: 'The oldest turns leave; those close in meaning to the newest message are quoted with it.',
  },
};

/** The settings of the chat, and what a link is said to have changed. Names in sentences end with `Of`. */
export const settings = {
  prompt: 'System prompt',
  promptOf: 'system prompt',
  promptHint: 'Comes before the conversation and tells the model how to answer. It is never compressed.',
  restore: 'Restore all settings',
  copyLink: 'Copy link',
  linkHolds: 'The link holds these settings and the model’s name, nothing that you wrote in the conversation.',

  decoding: {
    temperature: {
      label: 'Temperature',
      explains: 'How random each choice of word is: 0 always takes the likeliest, higher values vary more.',
    },
    topP: {
      label: 'Top-p',
      explains: 'Only the likeliest words that together reach this share of the probability may be chosen.',
    },
    topK: {
      label: 'Top-k',
      explains: 'Only this many of the likeliest words may be chosen; 0 sets no limit.',
    },
    maxNewTokens: {
      label: 'Longest reply',
      explains: 'A reply stops after this many tokens, even if it is not finished.',
    },
  },
  exact: (label: string) => `${label}, exact`,
  settingMissing: 'This model’s engine does not have this setting.',
  paperUses: (value: string) => `The paper uses ${value}.`,

  seed: 'Seed',
  seedOf: 'seed',
  anotherSeed: 'Pick another seed',
  keepSeed: 'Keep this seed for every reply',
  sameSeed: 'Same seed for every reply',
  newSeed: 'New seed for every reply',
  seedMissing: 'This model’s engine does not accept a seed.',
  seedLocked: 'Locked: the same messages with the same settings give the same reply.',
  seedChanges: 'Changes with every reply. Lock it to make replies repeatable.',

  none: 'none',
  bestOf: 'Replies to choose from',
  bestOfHint:
    'With more than one, the model writes that many replies and a small second model shows you the best. Each takes ' +
    'as long as a reply, and you see nothing until the last is written.',
  exchanges: 'Similar exchanges',
  exchangesHint:
    'The model first reads that many messages like yours from the Solace corpus, with the replies written to them. ' +
    'In our measurements this did not help the default model.',

  overflow: 'When the conversation is longer than the model can read',
  overflows,
  overflowFrees: 'A quarter of the window is freed at a time, so that most replies read only what is new.',
  overflowLater: 'The model does this when it replies; until then, the oldest are shown as dropped.',
  overflowMissing: 'This is not available here now, so the oldest are only dropped.',

  /** Settings that a link changed, one phrase each, in a list after a colon. */
  changed: {
    compression: (name: string) => `compression ${name}`,
    tagger: (name: string) => `tagger ${name}`,
    keeps: (tags: string) => `keeps ${tags}`,
    decoding: (label: string, value: string) => `${label.toLowerCase()} ${value}`,
    bestOf: (n: number) => `the best of ${count(n, 'reply', 'replies')}`,
    exchanges: (n: number) => count(n, 'similar exchange', 'similar exchanges'),
    budget: (n: number) => `context window ${count(n, 'token', 'tokens')}`,
    overflow: (name: string) => `when it is full: ${name.toLowerCase()}`,
    newestWhole: 'newest message whole',
    newestShortened: 'newest message shortened like the others',
    negationsKept: 'negations kept',
    negationsDropped: 'negations dropped as in the paper',
    seed: (seed: string) => `seed ${seed}`,
    model: (name: string) => `model ${name}`,
  },
};
