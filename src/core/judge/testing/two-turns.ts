import type { ResultRecord } from '../../evaluation/record.ts';

/** A record of the run that the tests of judging share: one model, one dialogue. */
export const record = (representation: string, turn: number, hypothesis: string | null): ResultRecord => ({
  model: 'm',
  representation,
  dialogue: 'd',
  turn,
  reference: 'r',
  hypothesis,
  promptTokens: null,
  leftOut: 0,
  nll: null,
  timing: null,
  scores: {},
});

/** The dialogue: the supporter speaks at 1 and 3. */
export const lines = ['one', 'gold 1', 'two', 'gold 2', 'bye'].map((text, i) => ({
  speaker: i % 2 ? ('supporter' as const) : ('seeker' as const),
  text,
}));

/** Its turns. */
export const turns = [1, 3].map((turn) => ({
  dialogue: 'd',
  turn,
  before: lines.slice(0, turn),
  reference: lines[turn]?.text ?? '',
}));
