import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Measurement } from '../src/lab/metrics.ts';
import type { measure } from '../src/lab/metrics.ts';
import type { Pair, PairScores } from '../src/core/metrics/pair.ts';
import { launch } from './harness/browser.ts';
import { buildEnginePage, serveEnginePage } from './harness/engine-page.ts';
import type { ServedLab } from './harness/lab.ts';
import { readFixture } from './harness/fixtures.ts';
import { visit, type Visit } from './harness/visit.ts';

const PUBLIC = join(import.meta.dirname, '../public');

type Values = Record<string, number | number[]>;
type InPage = { measure: typeof measure };

describe('metrics in workers of a browser', () => {
  let lab: ServedLab;
  let guest: Visit;
  let close: () => Promise<void>;

  beforeAll(async () => {
    await buildEnginePage('metrics-page');
    lab = await serveEnginePage({ 'wordnet/': `${PUBLIC}/wordnet/`, 'models/': `${PUBLIC}/models/` }, 'metrics-page');
    const browser = await launch({ webgpu: false });
    guest = await visit(browser, lab.url);
    close = async () => {
      await browser.close();
      await lab.close();
    };
  });
  afterAll(() => close());

  /** Scores per pair and of the corpus; the counts stay in the page. */
  const measureThere = (
    pairs: Pair[],
    bertscore?: { idf: boolean },
  ): Promise<{ scores: PairScores[]; corpus: Measurement['corpus'] }> =>
    guest.page.evaluate(
      async ([list, choice]) => {
        const measured = await (globalThis as unknown as InPage).measure(
          list,
          choice ? { meteor: false, bertscore: choice } : {},
        );
        return { scores: measured.pairs.map((pair) => pair.scores), corpus: measured.corpus };
      },
      [pairs, bertscore] as const,
    );

  it('give the same values of all text metrics as the reference programs', async () => {
    const { pairs, corpus } = readFixture<{ pairs: (Pair & Values)[]; corpus: Record<string, number> }>('text-metrics');
    const found = await measureThere(pairs.map(({ id, hyp, ref }) => ({ id, hyp, ref })));
    let compared = 0;
    pairs.forEach((pair, i) => {
      for (const [name, value] of Object.entries(found.scores[i] ?? {})) {
        const [ours, theirs] = [[value].flat(), [pair[name] as number | number[]].flat()];
        theirs.forEach((expected, k) =>
          expect(Math.abs((ours[k] ?? NaN) - expected), `${name} of pair ${pair.id}`).toBeLessThan(1e-6),
        );
        compared += theirs.length;
      }
    });
    expect(compared).toBeGreaterThan(pairs.length * 20);
    for (const [name, expected] of Object.entries(corpus)) {
      const ours = (found.corpus as unknown as Record<string, number>)[name];
      if (ours !== undefined) expect(Math.abs(ours - expected), name).toBeLessThan(1e-6);
    }
  });

  it.each([false, true])('give BERTScore within 2e-3 of bert_score, idf %s', async (idf) => {
    const { rows } = readFixture<{
      rows: { id: number; hyp: string; ref: string; prf: number[]; prf_idf: number[] }[];
    }>('bertscore');
    const { scores } = await measureThere(
      rows.map(({ id, hyp, ref }) => ({ id, hyp, ref })),
      { idf },
    );
    const distances = rows.flatMap((row, i) =>
      row[idf ? 'prf_idf' : 'prf'].map((value, k) => Math.abs(value - (scores[i]?.bertscore?.[k] ?? NaN))),
    );
    expect(Math.max(...distances)).toBeLessThan(2e-3);
    expect(guest.errors).toEqual([]);
  });
});
