import { describe, expect, it } from 'vitest';
import { crisisLinesFor } from './crisis-lines-for.ts';

describe('the lines of a country', () => {
  it('come with its emergency number', () => {
    expect(crisisLinesFor(['en-US']).map((line) => line.href)).toEqual(['tel:911', 'tel:988']);
    expect(crisisLinesFor(['en-GB']).map((line) => line.href)).toContain('tel:116123');
    expect(crisisLinesFor(['de-DE', 'en-US']).map((line) => line.href)).toEqual(['tel:112', 'tel:08001110111']);
    expect(crisisLinesFor(['de-AT']).map((line) => line.href)).toEqual(['tel:112', 'tel:142']);
    expect(crisisLinesFor(['en-AU']).map((line) => line.href)).toEqual(['tel:000', 'tel:131114']);
  });

  it('are not guessed from a language without a country', () => {
    expect(crisisLinesFor(['en', 'fr'])).toEqual([]);
    expect(crisisLinesFor(['not a language', 'ja-JP'])).toEqual([]);
  });
});
