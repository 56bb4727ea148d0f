import type { PAPER_DECODING } from '../../core/engine/engine.ts';

export interface Control {
  label: string;
  min: number;
  max: number;
  step: number;
  /** One sentence about what the control does. */
  explains: string;
}

export const DECODING_CONTROLS: Record<keyof typeof PAPER_DECODING, Control> = {
  temperature: {
    label: 'Temperature',
    min: 0,
    max: 2,
    step: 0.05,
    explains: 'How random each choice of word is: 0 always takes the likeliest, higher values vary more.',
  },
  topP: {
    label: 'Top-p',
    min: 0.05,
    max: 1,
    step: 0.05,
    explains: 'Only the likeliest words that together reach this share of the probability may be chosen.',
  },
  topK: {
    label: 'Top-k',
    min: 0,
    max: 200,
    step: 1,
    explains: 'Only this many of the likeliest words may be chosen; 0 sets no limit.',
  },
  maxNewTokens: {
    label: 'Longest reply',
    min: 4,
    max: 1024,
    step: 4,
    explains: 'A reply stops after this many tokens, even if it is not finished.',
  },
};
