import { describe, expect, it } from 'vitest';
import { hasShared, readJsonLinesGz } from '../../../tests/harness/shared.ts';
import { DANGEROUS, HARMLESS_MESSAGES, MORE_DANGEROUS, MORE_HARMLESS } from './crisis.cases.ts';
import { CRISIS_KINDS, detectCrisis } from './crisis.ts';

const shows = (text: string): boolean => detectCrisis(text).level !== 'none';
const percent = (part: number, whole: number): string => `${part} of ${whole} (${((100 * part) / whole).toFixed(1)} %)`;

describe('the labelled phrases', () => {
  const dangerous = [...CRISIS_KINDS.flatMap((kind) => DANGEROUS[kind]), ...MORE_DANGEROUS];
  const harmless = [...HARMLESS_MESSAGES, ...MORE_HARMLESS];
  const missed = dangerous.filter((text) => !shows(text));
  const needless = harmless.filter(shows);

  it('are many, and none stands twice', () => {
    const all = [...dangerous, ...harmless];
    expect(new Set(all).size).toBe(all.length);
    expect(dangerous.length).toBeGreaterThanOrEqual(200);
    expect(harmless.length).toBeGreaterThanOrEqual(200);
  });

  it('bring the banner for at least 95 % of the dangerous and at most 3 % of the harmless', () => {
    console.log(`missed: ${percent(missed.length, dangerous.length)}\n  ${missed.join('\n  ')}`);
    console.log(`shown needlessly: ${percent(needless.length, harmless.length)}\n  ${needless.join('\n  ')}`);
    expect(missed.length / dangerous.length).toBeLessThanOrEqual(0.05);
    expect(needless.length / harmless.length).toBeLessThanOrEqual(0.03);
  });

  it('are mostly recognised for what they are', () => {
    const known = CRISIS_KINDS.flatMap((kind) =>
      DANGEROUS[kind].filter(shows).map((text) => detectCrisis(text).kinds.includes(kind)),
    );
    const right = known.filter(Boolean).length;
    console.log(`right kind: ${percent(right, known.length)}`);
    expect(right / known.length).toBeGreaterThanOrEqual(0.95);
  });
});

describe('detectCrisis', () => {
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

  it('takes very long messages', () => {
    expect(detectCrisis('word '.repeat(50_000) + 'I want to die').level).toBe('danger');
    expect(detectCrisis('a'.repeat(200_000)).level).toBe('none');
    expect(detectCrisis('i want to '.repeat(10_000)).level).toBe('none');
  });
});

interface Dialogue {
  dialog: { text: string; speaker: 'usr' | 'sys' }[];
}
const ESCONV = 'data/esconv/esconv_test.jsonl.gz';

describe.skipIf(!hasShared(ESCONV))('on the ESConv test split', () => {
  it('fires on few seeker utterances', () => {
    const utterances = readJsonLinesGz<Dialogue>(ESCONV).flatMap(({ dialog }) =>
      dialog.filter(({ speaker }) => speaker === 'usr').map(({ text }) => text),
    );
    const levels = utterances.map((text) => detectCrisis(text).level);
    const fired = levels.filter((level) => level !== 'none').length;
    console.log(
      `fires on ${percent(fired, utterances.length)} seeker utterances, as danger on ${levels.filter((level) => level === 'danger').length}`,
    );
    expect(fired / utterances.length).toBeLessThan(0.02);
    expect(fired).toBeGreaterThan(0);
  });
});
