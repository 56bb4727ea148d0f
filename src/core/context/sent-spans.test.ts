import { expect, it } from 'vitest';
import { NO_STOPWORDS } from '../compression/nostopwords.ts';
import { joinKept, segment } from '../compression/segment.ts';
import { composedSpans } from './sent-spans.ts';

it('shows in the text as written which words two steps together drop', () => {
  const written = 'I am so very tired, and my dog is ill';
  const first = NO_STOPWORDS.compress(written);
  expect(first.text).toBe('tired, dog ill');
  const then = segment(first.text).map((range) => ({ ...range, keep: first.text.slice(range.start) !== 'ill' }));
  expect(joinKept(written, composedSpans(written, first.spans, then))).toBe('tired, dog');
  const nothing = then.map((span) => ({ ...span, keep: false }));
  expect(joinKept(written, composedSpans(written, first.spans, nothing))).toBe('');
});
