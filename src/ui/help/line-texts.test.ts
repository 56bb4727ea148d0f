import { expect, it, vi } from 'vitest';
import { HELP_LINES } from '../../core/safety/help/lines.ts';
import { regionOf } from './line-texts.ts';

it('no line is shown with the number of its region, even where the browser knows no name for it, as Chromium', () => {
  vi.spyOn(Intl.DisplayNames.prototype, 'of').mockImplementation((code) =>
    /\d/.test(code) ? code : `name of ${code}`,
  );
  const regions = HELP_LINES.map(regionOf);
  vi.restoreAllMocks();
  expect(regions).toContain('Europe');
  expect(regions.filter((region) => /\d/.test(region))).toEqual([]);
});
