import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BASELINES, EXPLORER_VIEWS, readAddress, SLICE_KINDS, writeAddress, type ExplorerAddress } from './address.ts';
import { EVERY_TURN, JUDGED_STATES } from './query.ts';

const text = fc.string({ minLength: 1, unit: 'grapheme' });
const orNull = <Value>(of: fc.Arbitrary<Value>) => fc.option(of, { nil: null });
const name = fc.stringMatching(/^[a-z0-9_.-]{1,20}$/);
const number = fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => value + 0);

const address: fc.Arbitrary<ExplorerAddress> = fc.record({
  query: fc.record({
    words: fc.string({ unit: 'grapheme' }),
    models: fc.array(text, { maxLength: 3 }),
    conditions: fc.array(name, { maxLength: 3 }),
    scene: orNull(text),
    strategy: orNull(text),
    ranges: fc.array(
      fc
        .record({ measure: name, low: orNull(number), high: orNull(number) })
        .filter(({ low, high }) => low !== null || high !== null),
      { maxLength: 3 },
    ),
    differ: fc.boolean(),
    failed: fc.boolean(),
    judge: orNull(text),
    judged: orNull(fc.constantFrom(...JUDGED_STATES)),
    sort: orNull(fc.record({ by: name.filter((by) => !by.startsWith('-')), descending: fc.boolean() })),
  }),
  columns: fc.array(name, { maxLength: 3 }),
  view: fc.constantFrom(...EXPLORER_VIEWS),
  x: orNull(name),
  y: orNull(name),
  by: fc.constantFrom(...SLICE_KINDS),
  other: orNull(text),
  open: orNull(fc.record({ dialogue: text, turn: fc.nat(999_999) })),
  context: orNull(fc.record({ condition: name, model: text })),
  baseline: fc.constantFrom(...BASELINES),
});

describe('the address of the run explorer', () => {
  it('survives being written and read, whatever dialogues and models are called', () => {
    fc.assert(
      fc.property(address, (state) => {
        expect(readAddress(writeAddress(state))).toEqual(state);
      }),
    );
  });

  it('is read from anything without an error, and the same again once written', () => {
    fc.assert(
      fc.property(fc.string(), (query) => {
        const state = readAddress(query);
        expect(readAddress(writeAddress(state))).toEqual(state);
      }),
    );
  });

  it('leaves out what is as usual', () => {
    expect(writeAddress(readAddress(''))).toBe('');
    expect(writeAddress(readAddress('dialogue=dialogue+3&turn=5'))).toBe('dialogue=dialogue+3&turn=5');
  });

  it('is written as the reference documents it', () => {
    const query =
      'words=low+mood&model=tuned&condition=keypos&condition=raw&scene=Job+crisis&strategy=Question&' +
      'range=rougeL%7E0.1%7E&range=perplexity%7E%7E50&differ=1&judge=gpt&judged=scored&sort=-rougeL&' +
      'column=nltk_meteor&view=scatter&x=perplexity&y=rougeL&with=built-in&dialogue=dialogue+3&turn=5&' +
      'context=keypos%7Etuned&diff=reference';
    expect(writeAddress(readAddress(query))).toBe(query);
    expect(readAddress(query)).toMatchObject({
      query: {
        words: 'low mood',
        conditions: ['keypos', 'raw'],
        ranges: [
          { measure: 'rougeL', low: 0.1, high: null },
          { measure: 'perplexity', low: null, high: 50 },
        ],
        sort: { by: 'rougeL', descending: true },
      },
      open: { dialogue: 'dialogue 3', turn: 5 },
      context: { condition: 'keypos', model: 'tuned' },
      other: 'built-in',
    });
  });

  it.each(['turn=5', 'dialogue=d&turn=-1', 'dialogue=d&turn=1e3', 'context=%7Em', 'with', 'range=a%7Eb%7E&sort=-'])(
    'opens nothing for %s',
    (query) => {
      const { open, context, query: filter } = readAddress(query);
      expect({ open, context, filter }).toEqual({ open: null, context: null, filter: EVERY_TURN });
    },
  );
});
