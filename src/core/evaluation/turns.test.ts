import { describe, expect, it } from 'vitest';
import type { Dialogue } from '../dataset/dialogue.ts';
import { PAPER_DECODING } from '../engine/engine.ts';
import { replySeed } from './respond.ts';
import { sampleTurns, supporterTurns } from './turns.ts';

/** Dialogue, turn and reply seed that version 0.1.0 drew. */
const EARLIER = [
  ['d3', 1, 3397377244],
  ['d18', 9, 1875143498],
  ['d35', 9, 2053383411],
];

const dialogue = (id: string, ...texts: string[]): Dialogue => ({
  id,
  utterances: texts.map((text) => ({ speaker: text.startsWith('S') ? 'supporter' : 'seeker', text })),
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
  const texts = (i: number) => Array.from({ length: 10 }, (_, k) => `${k % 2 ? 'S' : 'U'} ${k} of ${i}`);
  const many = Array.from({ length: 40 }, (_, i) => dialogue(`d${i}`, ...texts(i)));
  const sample = { seed: 3, dialogues: 10, turns: 3, replies: 1 };
  const plan = { sample, sampling: 2 as const };

  it('draws dialogues and turns, in order, the same for the same seed', () => {
    const turns = sampleTurns(many, plan);
    expect(turns).toHaveLength(30);
    expect(turns.filter(({ reply }) => reply)).toHaveLength(10);
    const places = turns.map((each) => Number(each.dialogue.slice(1)) * 100 + each.turn);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(sampleTurns(many, plan)).toEqual(turns);
    expect(sampleTurns(many, { ...plan, sample: { ...sample, seed: 4 } })).not.toEqual(turns);
  });

  it('draws the same turns of a dialogue whatever the other dialogues', () => {
    const all = { ...plan, sample: { ...sample, dialogues: null } };
    const alone = sampleTurns([many[7] as Dialogue], all);
    const among = sampleTurns(many, all);
    expect(among.filter((each) => each.dialogue === 'd7')).toEqual(alone);
  });

  it('draws only turns with enough words before them', () => {
    const drawn = sampleTurns(many, { ...plan, sample: { ...sample, turns: 2, minWordsBefore: 20 } });
    // Every utterance has four words: the supporter's turns after five utterances or more.
    expect(new Set(drawn.map(({ turn }) => turn))).toEqual(new Set([5, 7, 9]));
    expect(drawn).toHaveLength(20);
    const short = sampleTurns(many, { ...plan, sample: { ...sample, minWordsBefore: 20, maxWordsBefore: 28 } });
    expect(new Set(short.map(({ turn }) => turn))).toEqual(new Set([5, 7]));
    expect(sampleTurns(many, { ...plan, sample: { ...sample, minWordsBefore: 37 } })).toEqual([]);
  });

  it('takes all where no cap is set', () => {
    const turns = sampleTurns(many, { ...plan, sample: { seed: 1, dialogues: null, turns: null, replies: null } });
    expect(turns).toHaveLength(200);
    expect(turns.every(({ reply }) => reply)).toBe(true);
  });

  it('draws by the content of dialogues, and in the first version of sampling by their ids', () => {
    const renamed = many.map((each) => ({ ...each, id: `other ${each.id}` }));
    const drawn = (dialogues: Dialogue[], sampling: 1 | 2) =>
      sampleTurns(dialogues, { sample, sampling }).map(({ turn, reply, key, reference }) => ({
        turn,
        reply,
        key,
        reference,
      }));
    expect(drawn(renamed, 2)).toEqual(drawn(many, 2));
    expect(drawn(renamed, 1)).not.toEqual(drawn(many, 1));
  });

  it('still draws the same in the first version of sampling', () => {
    const turns = sampleTurns(many, { sample: { seed: 1, dialogues: 3, turns: 1, replies: 1 }, sampling: 1 });
    expect(
      turns.map((each) => [each.dialogue, each.turn, replySeed({ decoding: { ...PAPER_DECODING, seed: 1 } }, each)]),
    ).toEqual(EARLIER);
  });
});
