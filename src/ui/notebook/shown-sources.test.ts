import { describe, expect, it } from 'vitest';
import { useFakeLocalStorage } from '../../../tests/harness/fake-local-storage.ts';
import { keepShownSources, shownSources } from './shown-sources.ts';

describe('the sources that a reader chose to see', () => {
  useFakeLocalStorage();

  it('are kept by notebook', () => {
    keepShownSources('a', [
      [3, true],
      [1, false],
    ]);
    expect(shownSources('a')).toEqual([
      [3, true],
      [1, false],
    ]);
    expect(shownSources('b')).toEqual([]);
    keepShownSources('a', []);
    expect(shownSources('a')).toEqual([]);
  });

  it.each([null, 'x', { length: 2 }, [[1]], [['1', true]], Array.from({ length: 5001 }, (_, i) => [i, true])])(
    'ignore what a sandbox may send instead: %j',
    (sent) => {
      keepShownSources('a', [[3, true]]);
      keepShownSources('a', sent);
      expect(shownSources('a')).toEqual([[3, true]]);
    },
  );

  it('are none where storage holds something else', () => {
    localStorage.setItem('solace.notebook-sources.a', '{');
    expect(shownSources('a')).toEqual([]);
  });
});
