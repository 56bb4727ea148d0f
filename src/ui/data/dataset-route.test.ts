import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, placeOf } from '../routes.ts';
import { readPlace, writePlace } from './dataset-route.ts';

describe('places of the data view', () => {
  it('come back from the address, whatever a dialogue is called', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[\da-f]{16}$/),
        fc.string({ minLength: 1, unit: 'grapheme' }),
        (dataset, dialogue) => {
          const { param } = placeOf(hashOf('data', writePlace(dataset, dialogue)));
          expect(readPlace(param)).toEqual({ dataset, dialogue });
        },
      ),
    );
  });

  it('may name no dialogue, or nothing', () => {
    expect(readPlace(writePlace('solace-72'))).toEqual({ dataset: 'solace-72', dialogue: null });
    expect(readPlace(null)).toEqual({ dataset: null, dialogue: null });
  });
});
