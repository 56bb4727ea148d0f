import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, parseRoute } from '../routes.ts';
import { parseDataRoute, formatDataRoute } from './dataset-route.ts';

describe('routes of the data view', () => {
  it('survive a round trip through the address, whatever a dialogue is called', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[\da-f]{16}$/),
        fc.string({ minLength: 1, unit: 'grapheme' }),
        (dataset, dialogue) => {
          const { param } = parseRoute(hashOf('data', formatDataRoute(dataset, dialogue)));
          expect(parseDataRoute(param)).toEqual({ dataset, dialogue });
        },
      ),
    );
  });

  it('may lack a dialogue, or be empty', () => {
    expect(parseDataRoute(formatDataRoute('solace-72'))).toEqual({ dataset: 'solace-72', dialogue: null });
    expect(parseDataRoute(null)).toEqual({ dataset: null, dialogue: null });
  });
});
