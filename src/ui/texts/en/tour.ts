import type { StopId } from '../../state/tour.svelte.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('en');

const stops: Record<StopId, { title: string; says: string }> = {
  seen: {
    title: 'What the model sees',
    says:
      'A model reads tokens: words and pieces of words. To save time and memory, some can be left out: the struck ' +
      'ones never reach it. KeyPOS drops articles, auxiliary verbs, punctuation and “not”, so “I don’t do the face” ' +
      'comes to mean the opposite.',
  },
  compare: {
    title: 'What it answers',
    says:
      'One message, answered three times by the same model. Only the context differs; Raw sends every word. What did ' +
      'each reply still understand?',
  },
  window: {
    title: 'What still fits',
    says:
      'A model can hold only so many tokens: its window. When a conversation is longer, its oldest turns are left ' +
      'out first. Make the window smaller: Raw loses turns sooner; KeyPOS keeps more of them, without their small ' +
      'words.',
  },
};

/** The tour; its example comes with its replies, in English. */
export const tour = {
  lead: 'Three stops in about 90 seconds. The replies were written beforehand, so no model is loaded.',
  /** Shown only where the interface speaks another language. */
  englishExample: 'The example and its replies are in English.',
  stopList: 'Stops of the tour',
  stops,
  back: 'Back',
  next: 'Next',
  ownWords: 'Try it with your own words',
  more: 'More comparisons',
  leave: 'Leave the tour',

  seeker: 'Seeker',
  supporter: 'Supporter',
  /** What a compression sends of all tokens of the example; the two turns of `EXCERPT` follow. */
  left: (compression: string, n: string, whole: number, turns: number) =>
    `${compression} sends ${n} of the ${count(whole, 'token', 'tokens')} in ${count(turns, 'turn', 'turns')}. ` +
    'Two of them:',
  window: 'Window:',
  /** What the compressions cost beyond the example. Shares are formatted. */
  average: (dialogues: number, saved: string, rise: string) =>
    `On average over ${dialogues} other dialogues, KeyPOS saves ${saved} of the tokens, but makes the original reply ` +
    `harder to predict: its perplexity rises by ${rise}.`,
  averageToo: (saved: string, rise: string) => `With NoStopwords, it is ${saved} and ${rise}.`,
  kept: (turns: number, all: number, n: number) => `${turns} of ${all} turns, ${count(n, 'token', 'tokens')}`,
};
