import type { PAPER_DECODING } from '../../core/engine/engine.ts';

export interface Control {
  min: number;
  max: number;
  step: number;
}

/** The range of each setting of decoding; its words are in `texts/en/settings.ts`. */
export const DECODING_CONTROLS: Record<keyof typeof PAPER_DECODING, Control> = {
  temperature: { min: 0, max: 2, step: 0.05 },
  topP: { min: 0.05, max: 1, step: 0.05 },
  topK: { min: 0, max: 200, step: 1 },
  maxNewTokens: { min: 4, max: 1024, step: 4 },
};
