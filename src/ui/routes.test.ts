import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, placeOf, VIEWS } from './routes.ts';

describe('addresses', () => {
  it('lead back to the view and parameter they were made from', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...VIEWS),
        fc.option(fc.string({ minLength: 1, unit: 'grapheme' })),
        (view, param) => {
          const place = placeOf(hashOf(view.id, param));
          expect(place.view.id).toBe(view.id);
          expect(place.param).toBe(param);
        },
      ),
    );
  });

  it('that name no view lead to the first', () => {
    for (const hash of ['', '#', '#/', '#/nowhere/3', '#chat']) expect(placeOf(hash).view).toBe(VIEWS[0]);
  });

  it('with a broken escape keep the view', () => {
    expect(placeOf('#/compare/%E0%A4%A')).toEqual({ view: VIEWS[1], param: null });
  });
});
