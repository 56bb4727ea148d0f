import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numbersOf } from './numbers.ts';
import { parsePublished } from './published.ts';
import type { ResultRecord } from './record.ts';

const record: fc.Arbitrary<ResultRecord> = fc.record({
  model: fc.string(),
  representation: fc.constantFrom('raw', 'keypos'),
  dialogue: fc.string(),
  turn: fc.nat(),
  reference: fc.string(),
  hypothesis: fc.option(fc.string()),
  promptTokens: fc.option(fc.nat()),
  leftOut: fc.nat(),
  nll: fc.constant(null),
  timing: fc.constant(null),
  scores: fc.constant({ chrf2: 1.5 }),
});
const lines = (all: readonly unknown[]) => all.map((each) => `${JSON.stringify(each)}\n`).join('');

describe('the records of a published run', () => {
  it('are read with their texts where these were published, otherwise as numbers', () => {
    fc.assert(
      fc.property(fc.array(record), (all) => {
        const numbers = all.map(numbersOf);
        const files = { records: lines(all), numbers: lines(numbers) };
        expect(parsePublished(files, 'a')).toEqual(all);
        expect(parsePublished({ ...files, records: null }, 'a')).toEqual(numbers);
      }),
    );
  });

  it('are refused if a line is no record, or there are none', () => {
    expect(() => parsePublished({ records: '{"model":3}\n', numbers: null }, 'a')).toThrow(/a line 1: Its records/);
    expect(() => parsePublished({ records: null, numbers: null }, 'a')).toThrow(/were not published/);
  });
});
