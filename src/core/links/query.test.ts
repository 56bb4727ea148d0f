import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LONGEST_QUERY, readQuery, writeQuery } from './query.ts';

const SHAPE = {
  name: z.string(),
  share: z.number().min(0).max(1),
  limit: z.int().nullable(),
  tags: z.array(z.enum(['NOUN', 'VERB'])),
};

describe('the query of a link', () => {
  it('gives back what was written, whatever the texts are', () => {
    const values = fc.record({
      name: fc.string({ unit: 'grapheme' }),
      share: fc.double({ min: 0, max: 1, noNaN: true }).map((share) => share || 0),
      limit: fc.option(fc.integer()),
      tags: fc.array(fc.constantFrom('NOUN' as const, 'VERB' as const)),
    });
    fc.assert(
      fc.property(values, (given) => {
        expect(readQuery(writeQuery(given), SHAPE)).toEqual({ values: given, refused: [] });
      }),
    );
  });

  it('keeps texts readable, and texts that look like numbers texts', () => {
    expect(writeQuery({ name: 'keypos', share: 0.5, limit: undefined })).toBe('name=keypos&share=0.5');
    expect(readQuery('name=5', SHAPE).values).toEqual({ name: '5' });
  });

  it('names what does not fit, and ignores what nobody asked for', () => {
    const query = 'name=a&share=7&limit=x&tags=%5B%22ADJ%22%5D&other=1&__proto__=1&constructor=2';
    expect(readQuery(query, SHAPE)).toEqual({ values: { name: 'a' }, refused: ['share', 'limit', 'tags'] });
  });

  it('never throws, and reads nothing from a query that is too long', () => {
    fc.assert(fc.property(fc.string(), (query) => void readQuery(query, SHAPE)));
    const { values, refused } = readQuery(`name=${'a'.repeat(LONGEST_QUERY)}`, SHAPE);
    expect([values, refused.length]).toEqual([{}, 1]);
  });
});
