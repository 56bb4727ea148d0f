import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, parseRoute, VIEWS } from './routes.ts';

describe('addresses', () => {
  it('lead back to the view, parameter and query they were made from', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...VIEWS),
        fc.option(fc.string({ minLength: 1, unit: 'grapheme' })),
        fc.string().map((words) => new URLSearchParams({ words }).toString()),
        (view, param, query) => {
          const route = parseRoute(hashOf(view.id, param, query));
          expect(route.view.id).toBe(view.id);
          expect(route.param).toBe(param);
          expect(route.query).toBe(query);
        },
      ),
    );
  });

  it('that name no view lead to the first', () => {
    for (const hash of ['', '#', '#/', '#/nowhere/3', '#chat']) expect(parseRoute(hash).view).toBe(VIEWS[0]);
  });

  it('with a broken escape keep the view', () => {
    expect(parseRoute('#/compare/%E0%A4%A')).toEqual({ view: VIEWS[1], param: null, query: '' });
  });
});
