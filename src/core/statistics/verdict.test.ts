import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chanceAtMost, EVIDENCE, verdictOn, type Statement } from './verdict.ts';

const says = fc.array(fc.constantFrom(...EVIDENCE), { maxLength: 4 });
const statements = fc.array(
  fc.record({ holds: fc.constantFrom('every' as const, 'some' as const), printed: says, measured: says }),
  { maxLength: 4 },
);
const one = (holds: Statement['holds'], printed: Statement['printed'], measured: Statement['measured']) =>
  verdictOn([{ holds, printed, measured }]);

describe('the verdict on a claim', () => {
  it('is refuted by one comparison against a statement about all, printed or measured', () => {
    expect(one('every', ['for', 'against'], ['for'])).toBe('refuted');
    expect(one('every', [], ['for', 'against'])).toBe('refuted');
    expect(one('every', ['for'], ['for', 'nothing'])).toBe('open');
    expect(one('every', ['nothing'], ['for', 'for'])).toBe('supported');
  });

  it('needs one measurement for a statement about some, and all against it to refute it', () => {
    expect(one('some', ['against'], ['against', 'for'])).toBe('supported');
    expect(one('some', ['for'], ['against', 'against'])).toBe('open');
    expect(one('some', [], ['against', 'nothing'])).toBe('open');
    expect(one('some', ['against'], ['against'])).toBe('refuted');
  });

  it('is as weak as its weakest statement', () => {
    const [supported, open, refuted] = [['for'], ['nothing'], ['against']].map(
      (measured) => ({ holds: 'every', printed: [], measured }) as Statement,
    ) as [Statement, Statement, Statement];
    expect(verdictOn([supported, supported])).toBe('supported');
    expect(verdictOn([supported, open])).toBe('open');
    expect(verdictOn([supported, open, refuted])).toBe('refuted');
    expect(verdictOn([])).toBe('open');
  });

  it('is never supported without a measurement, and never turned from refuted by printed values that agree', () => {
    fc.assert(
      fc.property(statements, (given) => {
        expect(verdictOn(given.map((each) => ({ ...each, measured: [] })))).not.toBe('supported');
        const agreeing = given.map((each) => ({ ...each, printed: [...each.printed, 'for' as const] }));
        if (given.every(({ holds }) => holds === 'every')) expect(verdictOn(agreeing)).toBe(verdictOn(given));
      }),
    );
  });
});

describe('the largest difference by chance', () => {
  it('is that of two means whose values are as far apart as they can be', () => {
    // 1.96 standard errors of a difference of two shares of 0.5, in points.
    expect(chanceAtMost({ n: 1856, range: 100 })).toBeCloseTo(1.959964 * 100 * Math.sqrt(0.5 / 1856), 5);
    expect(chanceAtMost({ n: 1856, range: 100 })).toBeCloseTo(3.217, 3);
    expect(chanceAtMost({ n: 1856, range: 100, tests: 28 })).toBeCloseTo(5.13, 1);
  });
});
