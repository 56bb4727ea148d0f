import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findRecords, type RecordQuery } from './query.ts';

const some = (...values: string[]) => fc.constantFrom(...values);
const record = fc.record({
  model: some('base', 'tuned'),
  representation: some('raw', 'keypos', 'nostopwords'),
  dialogue: some('dialogue 1', 'dialogue 2', 'dialogue 3'),
  turn: fc.nat(3),
  reference: fc.string(),
  hypothesis: fc.option(fc.string()),
  failed: fc.boolean(),
});
const records = fc.array(record);
const oneOrMore = (value: fc.Arbitrary<string>) => fc.option(fc.oneof(value, fc.array(value)), { nil: undefined });
const query: fc.Arbitrary<RecordQuery> = fc.record({
  model: oneOrMore(some('base', 'tuned', 'other')),
  representation: oneOrMore(some('raw', 'keypos')),
  dialogue: oneOrMore(some('dialogue 1', 'dialogue 9')),
  turn: fc.option(fc.nat(3), { nil: undefined }),
  failed: fc.option(fc.boolean(), { nil: undefined }),
});

describe('findRecords', () => {
  it('gives exactly the records that every field of the query allows, in order', () => {
    fc.assert(
      fc.property(records, query, (all, asked) => {
        const allowed = (wanted: RecordQuery['model'], value: string) =>
          wanted === undefined || wanted === value || (Array.isArray(wanted) && wanted.includes(value));
        expect(findRecords(all, asked)).toEqual(
          all.filter(
            (each) =>
              allowed(asked.model, each.model) &&
              allowed(asked.representation, each.representation) &&
              allowed(asked.dialogue, each.dialogue) &&
              (asked.turn ?? each.turn) === each.turn &&
              (asked.failed ?? each.failed) === each.failed,
          ),
        );
      }),
    );
  });

  it('gives all of them in pages, each once', () => {
    fc.assert(
      fc.property(records, query, fc.integer({ min: 1, max: 4 }), (all, asked, limit) => {
        const whole = findRecords(all, asked);
        const pages = Array.from({ length: Math.ceil(whole.length / limit) }, (_, page) =>
          findRecords(all, { ...asked, offset: page * limit, limit }),
        );
        expect(pages.flat()).toEqual(whole);
        for (const page of pages) expect(page.length).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it('finds words in either reply, and tells failed records by their error', () => {
    const base = { model: 'm', representation: 'raw', dialogue: 'd', turn: 1 };
    const all = [
      { ...base, reference: 'I understand.', hypothesis: 'At the café?' },
      { ...base, reference: 'Why?', hypothesis: null, error: 'It is too long.' },
      base,
    ];
    expect(findRecords(all, { words: 'CAFE understand' })).toEqual([all[0]]);
    expect(findRecords(all, { words: 'nowhere' })).toEqual([]);
    expect(findRecords(all, { failed: true })).toEqual([all[1]]);
    expect(findRecords(all, { failed: false, limit: 1, offset: 1 })).toEqual([all[2]]);
  });
});
