import { describe, expect, it } from 'vitest';
import { describeTest, detectable, findingOf } from './describe-test.ts';

const NAMES = { metric: 'METEOR', a: 'KeyPOS', b: 'Raw' };

describe('describeTest', () => {
  it('never claims a difference whose interval includes zero, nor denies one whose interval does not', () => {
    for (const low of [-0.02, -0.01, 0, 0.001, 0.02])
      for (const high of [-0.001, 0, 0.01, 0.03].filter((each) => each >= low))
        for (const p of [0.001, 0.049, 0.05, 0.4])
          for (const tests of [1, 35]) {
            const sentence = describeTest(NAMES, { difference: { value: (low + high) / 2, low, high }, p, tests });
            const excludes = low > 0 || high < 0;
            expect(/no difference/.test(sentence), sentence).toBe(!excludes);
            expect(/is (higher|lower) than/.test(sentence), sentence).toBe(excludes);
            expect(/but (among|the perm)/.test(sentence), sentence).toBe(excludes && p >= 0.05);
          }
  });

  it('says that among many tests an interval beyond zero may be chance', () => {
    const test = { difference: { value: 0.0093, low: 0.0007, high: 0.0227 }, p: 0.42, tests: 35 };
    expect(describeTest(NAMES, test, 4)).toBe(
      'METEOR: KeyPOS is higher than Raw by 0.0093 (95 % interval 0.0007 to 0.0227, p = 0.420 after correction for ' +
        '35 tests). Taken alone its interval excludes zero, but among 35 tests that may be chance.',
    );
    expect(findingOf(test)).toBe('alone');
  });

  it('says how large a difference would have been found', () => {
    // 2.8 standard errors: 1.96 for the level and 0.84 for the power.
    expect(detectable({ low: -1.96, high: 1.96 })).toBeCloseTo(2.8016, 3);
    expect(describeTest(NAMES, { difference: { value: 0, low: -0.0196, high: 0.0196 }, p: 1 })).toBe(
      'METEOR: no difference between KeyPOS and Raw is shown (0.000; 95 % interval -0.020 to 0.020, p = 1.000). ' +
        'One test at 5 % would find a difference of 0.028 with a power of 80 %.',
    );
  });

  it('says that a p-value is the least possible, and never shows a limit beside zero as zero', () => {
    const test = { difference: { value: 0.0152, low: 0.00004, high: 0.0305 }, p: 0.0035, tests: 35, least: 0.0035 };
    expect(describeTest(NAMES, test, 4)).toBe(
      'METEOR: KeyPOS is higher than Raw by 0.0152 (95 % interval 0.00004 to 0.0305, p ≤ 0.0035 after correction for ' +
        '35 tests).',
    );
    expect(describeTest(NAMES, { ...test, p: 0.0036 }, 4)).toContain('p = 0.004 after');
  });

  it('lets the test decide where there is no interval', () => {
    const difference = { value: -2, low: null, high: null };
    expect([findingOf({ difference, p: 0.01 }), findingOf({ difference, p: 0.2 })]).toEqual(['lower', 'none']);
    expect(describeTest(NAMES, { difference, p: 0.01 }, 1)).toBe(
      'METEOR: KeyPOS is lower than Raw by 2.0 (p = 0.010).',
    );
    expect(describeTest(NAMES, { difference, p: 0.2 }, 1)).toBe(
      'METEOR: no difference between KeyPOS and Raw is shown (-2.0, p = 0.200).',
    );
  });
});
