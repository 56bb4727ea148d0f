import type { StopId } from '../../state/tour.svelte.ts';
import { countingIn } from '../counting.ts';

const count = countingIn('en');

const stops: Record<StopId, { title: string; says: string }> = {
  seen: {
    title: 'What the model sees',
    says:
      'A language model reads the conversation before each reply, in tokens: short words and pieces of longer ones. ' +
      'To make that cheaper, words can be left out first: the struck ones never reach the model. KeyPOS drops ' +
      'articles, auxiliary verbs, punctuation and “not”. So “I don’t do the face” says the opposite.',
  },
  compare: {
    title: 'What it answers',
    says:
      'The same message, the same model, the same random numbers; only the context differs. Fewer tokens cost less ' +
      'time and memory. (A prompt also holds the instructions and the marks between turns.) Read the replies: what ' +
      'did each of them still understand?',
  },
  window: {
    title: 'What still fits',
    says:
      'A model can hold only so many tokens: its window. When a conversation is longer, the oldest turns are left ' +
      'out first. Make the window smaller: KeyPOS forgets words, and Raw forgets whole turns.',
  },
};

/** The tour; its example comes with its replies, in English. */
export const tour = {
  lead:
    'Three stops in about 90 seconds. No model is loaded: the replies were written by the lab’s own model ' +
    'beforehand.',
  /** Shown only where the interface speaks another language. */
  englishExample: 'The example and its replies are in English.',
  stopList: 'Stops of the tour',
  stops,
  back: 'Back',
  next: 'Next',
  ownWords: 'Try it with your own words',
  more: 'More comparisons',
  leave: 'Leave the tour',
  resumes: 'It continues here when you come back.',

  seeker: 'Seeker',
  supporter: 'Supporter',
  /** What a compression leaves of the example: tokens, and tokens of the whole. */
  left: (compression: string, n: number, whole: string) =>
    `${compression}: ${count(n, 'token', 'tokens')} of ${whole}.`,
  window: 'Window:',
  /** What the compressions cost beyond the example. Shares are formatted. */
  average: (dialogues: number, saved: string, rise: string) =>
    `On average over ${dialogues} other dialogues, KeyPOS saves ${saved} of the tokens, and the model expects the ` +
    `original reply less: its perplexity, where lower is better, rises by ${rise}.`,
  averageToo: (saved: string, rise: string) => `NoStopwords saves ${saved} and raises it by ${rise}.`,
  kept: (turns: number, all: number, n: number) => `${turns} of ${all} turns, ${count(n, 'token', 'tokens')}`,
};
