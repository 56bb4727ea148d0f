import type { Utterance } from '../../dataset/dialogue.ts';

/** How an earlier utterance is quoted before the seeker's newest one, in the seeker's words. */
export const quoteOf = ({ speaker, text }: Pick<Utterance, 'speaker' | 'text'>): string =>
  `Earlier ${speaker === 'seeker' ? 'I' : 'you'} said: “${text.trim()}”`;
