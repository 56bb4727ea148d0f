import { beforeAll, describe, expect, it } from 'vitest';
import { ownUtterances } from '../../../tests/harness/fixtures.ts';
import { describeExtra, readJsonLinesGz } from '../../../tests/harness/shared.ts';
import { DANGEROUS, MORE_DANGEROUS } from './examples/dangerous.ts';
import { HARMLESS_MESSAGES, MORE_HARMLESS } from './examples/harmless.ts';
import { CRISIS_KINDS, detectCrisis, loadLanguages } from './crisis.ts';

const ESCONV = 'data/esconv/esconv_test.jsonl.gz';
interface Dialogue {
  dialog: { text: string; speaker: 'usr' | 'sys' }[];
}

const shows = (text: string): boolean => detectCrisis(text).level !== 'none';

describe('the labelled phrases', () => {
  const dangerous = [...CRISIS_KINDS.flatMap((kind) => DANGEROUS[kind]), ...MORE_DANGEROUS];
  const harmless = [...HARMLESS_MESSAGES, ...MORE_HARMLESS];
  const missed = dangerous.filter((text) => !shows(text));
  const needless = harmless.filter(shows);

  it('are many and distinct', () => {
    const all = [...dangerous, ...harmless];
    expect(new Set(all).size).toBe(all.length);
    expect(dangerous.length).toBeGreaterThanOrEqual(200);
    expect(harmless.length).toBeGreaterThanOrEqual(200);
  });

  it('show the banner for at least 95 % of the dangerous and at most 3 % of the harmless', () => {
    expect(missed.length / dangerous.length, `missed:\n  ${missed.join('\n  ')}`).toBeLessThanOrEqual(0.05);
    expect(needless.length / harmless.length, `needless:\n  ${needless.join('\n  ')}`).toBeLessThanOrEqual(0.03);
  });

  it('are mostly recognised as the right kind', () => {
    const known = CRISIS_KINDS.flatMap((kind) =>
      DANGEROUS[kind].filter(shows).map((text) => detectCrisis(text).kinds.includes(kind)),
    );
    expect(known.filter(Boolean).length / known.length).toBeGreaterThanOrEqual(0.95);
  });
});

describe('detectCrisis', () => {
  beforeAll(loadLanguages);
  it.each([
    ['I want to die', 'danger', ['suicide']],
    ['I would never kill myself', 'concern', ['suicide']],
    ['I’m not suicidal', 'concern', ['suicide']],
    ['I would never kill anyone', 'none', []],
    ['My son attempted suicide', 'concern', ['suicide']],
    ['He hits me and I want to die', 'danger', ['suicide', 'abuse']],
    ['I WANT TO DIE!!!', 'danger', ['suicide']],
    ['i don´t want to live anymore', 'danger', ['suicide']],
    ['I do not want to live and I am not ok', 'danger', ['suicide']],
    ['I don’t want to live, I’m so tired', 'danger', ['suicide']],
    ['I do not want to live with my parents and I am not ok', 'none', []],
    ['I cannot live like this', 'danger', ['suicide']],
    ['I do not feel safe at home', 'danger', ['abuse']],
    ['I will not be here much longer', 'danger', ['suicide']],
    ['I took\ntoo many\npills', 'danger', ['overdose']],
    ['This commute is killing me. I want to die.', 'danger', ['suicide']],
    ['', 'none', []],
    ['\ud800', 'none', []],
    ['我想死', 'danger', ['suicide']],
  ] as const)('%j is %s %j', (text, level, kinds) => {
    expect(detectCrisis(text)).toEqual({ level, kinds });
  });

  it('does not join words of two sentences', () => {
    expect(detectCrisis('I want to. Die is a German article.').level).toBe('none');
  });

  it('handles very long messages', () => {
    expect(detectCrisis('word '.repeat(50_000) + 'I want to die').level).toBe('danger');
    expect(detectCrisis('a'.repeat(200_000)).level).toBe('none');
    expect(detectCrisis('i want to '.repeat(10_000)).level).toBe('none');
  });
});

/** For ordinary seeker utterances the banner is rare, but not absent. */
function expectFewAlarms(utterances: readonly string[]): void {
  const share = utterances.filter(shows).length / utterances.length;
  expect(share).toBeLessThan(0.02);
  expect(share).toBeGreaterThan(0);
}

describe('on the built-in dialogues', () => {
  it('fires on few seeker utterances', () => {
    const texts = ownUtterances().filter(({ speaker }) => speaker === 'seeker');
    expectFewAlarms(texts.map(({ text }) => text));
  });
});

describeExtra([ESCONV], 'on the ESConv test split', () => {
  it('fires on few seeker utterances', () => {
    expectFewAlarms(
      readJsonLinesGz<Dialogue>(ESCONV).flatMap(({ dialog }) =>
        dialog.filter(({ speaker }) => speaker === 'usr').map(({ text }) => text),
      ),
    );
  });
});
