import { expect, it } from 'vitest';
import { isMetered } from './metered.ts';

it('a connection is metered where the browser saves data or is on a cellular network', () => {
  expect(isMetered({ connection: { saveData: true, type: 'wifi' } })).toBe(true);
  expect(isMetered({ connection: { saveData: false, type: 'cellular' } })).toBe(true);
  expect(isMetered({ connection: { saveData: false, type: 'wifi' } })).toBe(false);
  expect(isMetered({ connection: {} })).toBe(false);
  expect(isMetered({})).toBe(false);
});
