import { describe, expect, it } from 'vitest';
import type { Utterance } from './dialogue.ts';
import { splitStrategy, STRATEGIES, strategiesFirst } from './strategy.ts';

const seeker = (text: string): Utterance => ({ speaker: 'seeker', text });
const supporter = (text: string, strategy?: string): Utterance => ({ speaker: 'supporter', text, strategy });

describe('strategiesFirst', () => {
  it('names the strategy once before each turn of the supporter', () => {
    const texts = strategiesFirst([
      seeker('He left.'),
      supporter('He left.', 'Reflective Statements'),
      supporter(' ', 'Others'),
      supporter('When?', 'Clarification'),
      seeker('(Friday)'),
      supporter('I see.'),
    ]).map(({ text }) => text);
    expect(texts).toEqual(['He left.', '(Reflective Statements) He left.', ' ', 'When?', '(Friday)', 'I see.']);
  });
});

describe('splitStrategy', () => {
  it('reads back every strategy, in any case', () => {
    for (const strategy of STRATEGIES) {
      const [{ text } = seeker('')] = strategiesFirst([supporter('Go on.', strategy)]);
      expect(splitStrategy(text)).toEqual({ strategy, text: 'Go on.' });
    }
    expect(splitStrategy(' (offer hope)It may.')).toEqual({ strategy: 'Offer Hope', text: 'It may.' });
  });

  it('leaves everything else alone', () => {
    for (const reply of ['(Laughs) Yes.', 'Offer Hope: yes', '(Others', ''])
      expect(splitStrategy(reply)).toEqual({ text: reply });
  });

  it('shows nothing of a strategy that is being written', () => {
    const reply = '(Stress Management) Breathe.';
    for (let length = 0; length < '(Stress Management) '.length; length++)
      expect(splitStrategy(reply.slice(0, length), false).text).toBe('');
    expect(splitStrategy('(Stress Management) Br', false)).toEqual({ strategy: 'Stress Management', text: 'Br' });
    expect(splitStrategy('(Stress ball', false).text).toBe('(Stress ball');
  });
});
