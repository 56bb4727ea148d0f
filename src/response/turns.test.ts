import { describe, expect, it } from 'vitest';
import type { Dialogue, Speaker } from '../dataset/dialogue.ts';
import { sampleTurns, supporterTurns } from './turns.ts';

const dialogue = (id: string, ...texts: string[]): Dialogue => ({
  id,
  utterances: texts.map((text) => ({ speaker: (text.startsWith('S') ? 'supporter' : 'seeker') as Speaker, text })),
});

describe('supporterTurns', () => {
  it('joins neighbours, leaves out an opening and blank utterances', () => {
    const turns = supporterTurns(dialogue('d', 'S hello', 'U hi', 'S one', ' ', 'S two', 'U ok', 'S three'));
    expect(turns.map(({ turn, reference }) => [turn, reference])).toEqual([
      [2, 'S one S two'],
      [6, 'S three'],
    ]);
    expect(turns[1]?.before.map(({ text }) => text)).toEqual(['S hello', 'U hi', 'S one', ' ', 'S two', 'U ok']);
  });
});

describe('sampleTurns', () => {
  const many = Array.from({ length: 40 }, (_, i) => dialogue(`d${i}`, ...Array.from({ length: 10 }, (_, k) => `${k % 2 ? 'S' : 'U'} ${k}`)));
  const sample = { seed: 3, dialogues: 10, turns: 3, replies: 1 };

  it('draws dialogues and turns, in order, the same for the same seed', () => {
    const turns = sampleTurns(many, sample);
    expect(turns).toHaveLength(30);
    expect(turns.filter(({ reply }) => reply)).toHaveLength(10);
    const places = turns.map((each) => Number(each.dialogue.slice(1)) * 100 + each.turn);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(sampleTurns(many, sample)).toEqual(turns);
    expect(sampleTurns(many, { ...sample, seed: 4 })).not.toEqual(turns);
  });

  it('draws the same turns of a dialogue whichever others there are', () => {
    const alone = sampleTurns([many[7] as Dialogue], { ...sample, dialogues: null });
    const among = sampleTurns(many, { ...sample, dialogues: null });
    expect(among.filter((each) => each.dialogue === 'd7')).toEqual(alone);
  });

  it('takes all where no cap is set', () => {
    const turns = sampleTurns(many, { seed: 1, dialogues: null, turns: null, replies: null });
    expect(turns).toHaveLength(200);
    expect(turns.every(({ reply }) => reply)).toBe(true);
  });
});
