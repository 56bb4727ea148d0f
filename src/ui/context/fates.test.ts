import { expect, it } from 'vitest';
import { edgeText } from './fates.ts';

it('says in one line what became of earlier messages', () => {
  expect(edgeText({ counts: { left: 1 } })).toBe('Above, 1 message is no longer read');
  expect(edgeText({ counts: { left: 12, quoted: 2, shortened: 1 } })).toBe(
    'Above, 12 messages are no longer read, 1 is shortened, 2 are quoted again',
  );
  expect(edgeText({ counts: { summarised: 3 } })).toBe('Above, 3 messages are in the model’s notes');
});
