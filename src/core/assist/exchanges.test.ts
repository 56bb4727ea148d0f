import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readBuiltInDataset } from '../../node/dataset-file.ts';
import type { Dialogue, Utterance } from '../dataset/dialogue.ts';
import { seededRandom } from '../random/xoshiro128.ts';
import { asEarlierTurns } from './assist.ts';
import { openExchangeIndex, writeExchangeIndex } from './exchange-index.ts';
import { EXCHANGES_DATASET, EXCHANGES_FILE, exchangesOf, queryOf } from './exchanges.ts';

const seeker = (text: string): Utterance => ({ speaker: 'seeker', text });
const supporter = (text: string): Utterance => ({ speaker: 'supporter', text });
const dialogue = (id: string, ...utterances: Utterance[]): Dialogue => ({ id, utterances });

describe('exchangesOf', () => {
  it('pairs each reply with what the seeker wrote just before, and leaves out short messages', () => {
    const found = exchangesOf([
      dialogue(
        'a',
        seeker('My sister has not called'),
        seeker('since the wedding in May'),
        supporter('Not since May.'),
        seeker('yeah'),
        supporter('What happened there?'),
        seeker('She danced with my ex all night'),
        supporter('All night,'),
        supporter('with your ex.'),
      ),
    ]);
    expect(found).toEqual([
      {
        dialogue: 'a',
        turn: 2,
        seeker: 'My sister has not called since the wedding in May',
        supporter: 'Not since May.',
      },
      { dialogue: 'a', turn: 6, seeker: 'She danced with my ex all night', supporter: 'All night, with your ex.' },
    ]);
  });
});

describe('queryOf', () => {
  it('adds older messages of the seeker to a short one, and nothing of the supporter', () => {
    const said = [
      seeker('Nobody came to my party although I had asked twelve people to come'),
      supporter('Twelve people, and nobody came.'),
      seeker('no'),
    ];
    expect(queryOf(said)).toBe('Nobody came to my party although I had asked twelve people to come no');
    expect(queryOf(said.slice(0, 1))).toBe(said[0]?.text);
    expect(queryOf([])).toBe('');
  });
});

describe('The index of exchanges', () => {
  const random = seededRandom(3);
  const unit = (): Float32Array => {
    const values = Float32Array.from({ length: 8 }, () => random() - 0.5);
    const length = Math.hypot(...values);
    return values.map((value) => value / length);
  };
  const exchanges = Array.from({ length: 20 }, (_, i) => ({
    dialogue: `d${Math.floor(i / 2)}`,
    turn: i,
    seeker: `message ${i}`,
    supporter: `reply ${i}`,
  }));
  const embeddings = exchanges.map(unit);
  const bytes = writeExchangeIndex(exchanges, embeddings);

  it('finds the most similar ones, one of each dialogue, with their cosines', () => {
    const query = embeddings[6] ?? unit();
    const cosine = (i: number): number =>
      (embeddings[i] ?? query).reduce((sum, value, j) => sum + value * (query[j] ?? 0), 0);
    const found = openExchangeIndex(bytes, exchanges, 'index').nearest(query, 3);
    expect(found[0]).toMatchObject({ seeker: 'message 6' });
    expect(new Set(found.map(({ dialogue }) => dialogue)).size).toBe(found.length);
    for (const { turn, similarity } of found) expect(similarity).toBeCloseTo(cosine(turn), 1);
    expect(found.map(({ similarity }) => similarity)).toEqual(
      found.map(({ similarity }) => similarity).sort((a, b) => b - a),
    );
  });

  it('finds nothing where nothing is similar', () => {
    expect(openExchangeIndex(bytes, exchanges, 'index').nearest(new Float32Array(8), 3)).toEqual([]);
  });

  it('is refused for other exchanges, and when it is damaged', () => {
    const others = exchanges.map((each, i) => (i === 4 ? { ...each, supporter: 'edited' } : each));
    expect(() => openExchangeIndex(bytes, others, 'index')).toThrow(/index: It was made from other dialogues.*corpus/);
    expect(() => openExchangeIndex(bytes.subarray(0, -1), exchanges, 'index')).toThrow(/not an index/);
    expect(() => openExchangeIndex(new Uint8Array(3), exchanges, 'index')).toThrow(/not an index/);
  });

  it('is committed for the training part of the corpus as it is, and has no dialogue of the test part', async () => {
    const file = new Uint8Array(readFileSync(new URL(`../../../public/dialogues/${EXCHANGES_FILE}`, import.meta.url)));
    const [train, test] = await Promise.all([readBuiltInDataset(EXCHANGES_DATASET), readBuiltInDataset('solace-test')]);
    const own = exchangesOf(train.dialogues);
    expect(() => openExchangeIndex(file, own, EXCHANGES_FILE)).not.toThrow();
    const held = new Set(test.dialogues.map(({ id }) => id));
    expect(own.filter((exchange) => held.has(exchange.dialogue))).toEqual([]);
    expect(own.length).toBeGreaterThan(6000);
  });
});

it('Exchanges become earlier turns, the most similar last', () => {
  const [far, near] = ['far', 'near'].map((name) => ({
    dialogue: name,
    turn: 1,
    seeker: name,
    supporter: `to ${name}`,
  }));
  expect(asEarlierTurns(near && far ? [near, far] : [])).toEqual([
    seeker('far'),
    supporter('to far'),
    seeker('near'),
    supporter('to near'),
  ]);
});
