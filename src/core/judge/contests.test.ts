import { describe, expect, it } from 'vitest';
import { contestsBetween } from './contests.ts';
import { lines, record, turns } from './testing/two-turns.ts';

const CELLS = [
  { model: 'm', representation: 'raw' },
  { model: 'm', representation: 'keypos' },
] as const;
const records = (first: string | null, other: string | null) => [
  record('raw', 1, 'a'),
  record('keypos', 1, first),
  record('raw', 3, 'b'),
  record('keypos', 3, other),
];

describe('contestsBetween', () => {
  it('offers the turns that both cells answered differently', () => {
    expect(contestsBetween(CELLS, {}, turns, records('x', 'y'))).toEqual([
      { id: '1 d', context: lines.slice(0, 1), first: 'a', second: 'x' },
      { id: '3 d', context: lines.slice(0, 3), first: 'b', second: 'y' },
    ]);
    for (const same of ['b', null]) expect(contestsBetween(CELLS, {}, turns, records('a', same))).toEqual([]);
  });

  it('offers only replies to the same conversation of a roll-out, which is shown as it was', () => {
    const mode = { mode: 'roll-out' } as const;
    expect(contestsBetween(CELLS, mode, turns, records('x', 'y')).map(({ id }) => id)).toEqual(['1 d']);
    expect(contestsBetween(CELLS, mode, turns, records('a', 'y'))).toEqual([
      {
        id: '3 d',
        context: [lines[0], { speaker: 'supporter', text: 'a' }, lines[2]],
        first: 'b',
        second: 'y',
      },
    ]);
  });
});
