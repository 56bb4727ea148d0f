import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, parseRoute, VIEWS } from './routes.ts';

describe('addresses', () => {
  it('lead back to the view and parameter they were made from', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...VIEWS),
        fc.option(fc.string({ minLength: 1, unit: 'grapheme' })),
        (view, param) => {
          const route = parseRoute(hashOf(view.id, param));
          expect(route.view.id).toBe(view.id);
          expect(route.param).toBe(param);
        },
      ),
    );
  });

  it('that name no view lead to the first', () => {
    for (const hash of ['', '#', '#/', '#/nowhere/3', '#chat']) expect(parseRoute(hash).view).toBe(VIEWS[0]);
  });

  it('with a broken escape keep the view', () => {
    expect(parseRoute('#/compare/%E0%A4%A')).toEqual({ view: VIEWS[1], param: null });
  });
});
