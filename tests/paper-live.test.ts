import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { group } from 'd3-array';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseNumbers } from '../src/core/evaluation/numbers.ts';
import { parseStoredPlan } from '../src/core/evaluation/plan.ts';
import { aggregateNumbers } from '../src/core/table/aggregate.ts';
import type { RunSummary } from '../src/core/table/summary.ts';
import { chanceAtMost } from '../src/core/statistics/verdict.ts';
import { inPoints } from '../src/core/table/points.ts';
import measurements from '../src/lab/notebooks/measurements.json' with { type: 'json' };
import paper from '../src/lab/notebooks/paper.json' with { type: 'json' };
import { openDocument, renderNotebook, type RenderedNotebook } from './harness/notebook-in-node.ts';
import { describeExtra, SHARED } from './harness/shared.ts';

const RESULTS = join(import.meta.dirname, '../public/results');

const tables = new Map<string, RunSummary>();

/** A committed run's table, computed again from its records. */
function recomputed(id: string): RunSummary {
  const known = tables.get(id);
  if (known) return known;
  const { plan, machine, records } = JSON.parse(readFileSync(join(RESULTS, `${id}.json`), 'utf8')) as RunSummary;
  const numbers = parseNumbers(readFileSync(join(RESULTS, `${id}.numbers.jsonl`), 'utf8'), id);
  const table = aggregateNumbers(parseStoredPlan(plan, id), numbers, { machine, expected: records });
  tables.set(id, table);
  return table;
}

const RUNS = { ExTES: 'built-in', ESConv: 'esconv-test' } as const;
const CONDITIONS = ['raw', 'keypos', 'nostopwords'] as const;

describe('The paper, live', () => {
  let rendered: RenderedNotebook;
  let restore = (): void => undefined;
  beforeAll(async () => {
    restore = openDocument();
    rendered = await renderNotebook('the-paper-live');
  }, 120_000);
  afterAll(() => restore());

  const tidy = (element: Element | undefined): string => (element?.textContent ?? '').replace(/\s+/g, ' ').trim();
  const textOf = (selector: string): string => {
    const found = rendered.document.querySelectorAll(selector);
    expect(found, selector).toHaveLength(1);
    return tidy(found[0]);
  };
  /** The only cell of a table with these data attributes. Looking for each by a selector would take a minute. */
  const cellOf = (table: number, data: Record<string, string>): Element | undefined => {
    cells ??= group(rendered.document.querySelectorAll<HTMLElement>('table[data-table] td[data-kind]'), (cell) =>
      nameOf(Number(cell.closest('table')?.dataset['table']), cell.dataset),
    );
    const found = cells.get(nameOf(table, data)) ?? [];
    expect(found, nameOf(table, data)).toHaveLength(1);
    return found[0];
  };
  let cells: Map<string, HTMLElement[]> | undefined;
  const nameOf = (table: number, data: Record<string, string | undefined>): string =>
    JSON.stringify([table, ...Object.entries(data).sort(([x], [y]) => (x < y ? -1 : 1))]);

  it('runs every cell', () => expect(rendered.failures).toEqual([]));

  it('has as many cells in each row of a table as in its head', () => {
    const tables = [...rendered.document.querySelectorAll('table')];
    expect(tables.length).toBeGreaterThan(15);
    for (const table of tables) {
      // A template with several cells is wrapped in an element unless it is a fragment; columns then shift.
      for (const cell of table.querySelectorAll('tr > *')) expect(cell.tagName).toMatch(/^T[DH]$/i);
      const [head = 0, ...rows] = [...table.querySelectorAll('tr')].map(({ children }) => children.length);
      expect(new Set(rows), table.textContent.slice(0, 60)).toEqual(new Set([head]));
    }
  });

  it('shows all 96 metrics of tables 4, 6, 8 and 10 with their units, each with its ratio to Raw', () => {
    let seen = 0;
    for (const table of paper.metricTables)
      for (const condition of CONDITIONS)
        paper.measures.forEach(({ id, unit }, at) => {
          const textIn = (kind: string): string => tidy(cellOf(table.table, { kind, measure: id, condition }));
          const value = table.values[condition][at] ?? NaN;
          expect(textIn('paper')).toBe(String(value));
          expect(unit).toBe(id === 'ppl' ? '' : '0 to 100');
          const ratio = textIn('paper-ratio');
          const expected = value / (table.values.raw[at] ?? NaN);
          if (condition === 'raw') expect(ratio).toBe('');
          else expect(Number(ratio.replace('× ', ''))).toBeCloseTo(expected, expected < 10 ? 1.9 : 0.9);
          seen++;
        });
    expect(seen).toBe(96);
    for (const { table } of paper.metricTables)
      expect(textOf(`table[data-table="${table}"] caption`)).toBe(
        'Perplexity without a unit; all other measures from 0 to 100, in the paper’s columns and here.',
      );
    // No score of 0 to 100 is given in percent, and none as a fraction.
    for (const cell of rendered.document.querySelectorAll('td[data-kind]')) expect(cell.textContent).not.toContain('%');
  });

  it('shows all 12 lengths of tables 5, 7, 9 and 11, and all 24 scores of table 12', () => {
    let seen = 0;
    for (const { table, values } of paper.lengthTables)
      for (const condition of CONDITIONS) {
        expect(tidy(cellOf(table, { kind: 'paper', condition }))).toBe(String(values[condition]));
        seen++;
      }
    for (const model of ['mistral', 'llama2'] as const)
      for (const condition of CONDITIONS)
        paper.judgeTable.criteria.forEach((criterion, at) => {
          const value = paper.judgeTable.values[model][condition][at] ?? NaN;
          const cell = cellOf(12, { kind: 'paper', model, measure: criterion, condition });
          expect(tidy(cell)).toBe(String(value));
          seen++;
        });
    expect(seen).toBe(36);
    for (const { table } of paper.lengthTables)
      expect(textOf(`table[data-table="${table}"] caption`)).toMatch(/^Tokens,/);
    expect(textOf('table[data-table="12"] caption')).toMatch(/^Scores from 0 to 5,/);
  });

  it('can be read by its headings alone, as a stranger reads it', () => {
    const read = new Map<string, string>();
    for (const table of rendered.document.querySelectorAll('table')) {
      let heading = table.closest('div')?.previousElementSibling;
      while (heading && heading.tagName !== 'H3') heading = heading.previousElementSibling;
      const title = /^Table \d+: .* on (?:ExTES|ESConv)$/.exec(tidy(heading ?? undefined))?.[0];
      const [head, ...rows] = [...table.querySelectorAll('tr')].map((row) =>
        [...row.children].map((cell) => tidy(cell)),
      );
      const paperAt = head?.indexOf('Paper') ?? -1;
      if (title === undefined || paperAt < 0) continue;
      for (const row of rows) read.set(`${title}, ${row[0] ?? ''}`, row[paperAt] ?? '');
    }
    expect(read.size).toBe(96);
    expect(read.get('Table 4: Mistral 7B Instruct v0.2 on ExTES, Perplexity, KeyPOS')).toBe('60.852');
    expect(read.get('Table 6: Llama 2 7B Chat on ExTES, ROUGE-L, NoStopwords')).toBe('13.094');
    expect(read.get('Table 8: Mistral 7B Instruct v0.2 on ESConv, METEOR, KeyPOS')).toBe('12.303');
    expect(read.get('Table 10: Llama 2 7B Chat on ESConv, BERTScore F1, Raw')).toBe('41.896');
  });

  it('shows tables 1 to 3 and the plateaus of figures 5 and 6', () => {
    for (const { dataset, ...values } of paper.dataTable.datasets)
      for (const [measure, value] of Object.entries(values))
        expect(
          Number(
            textOf(`table[data-table="1"] td[data-dataset="${dataset}"][data-measure="${measure}"]`).replace(',', ''),
          ),
        ).toBe(value);
    for (const [name, value] of paper.trainingTable.settings)
      expect(textOf(`table[data-table="2"] td[data-measure="${name}"]`)).toBe(String(value));
    for (const [name, value] of Object.entries(paper.decodingTable.settings))
      expect(textOf(`table[data-table="3"] td[data-measure="${name}"]`)).toBe(String(value));
    for (const { figure, evalLoss } of paper.plateaus)
      expect(textOf(`td[data-measure="figure${figure}"]`)).toBe(String(evalLoss));
  });

  it('shows what the committed records give, in the paper’s unit, with a link to the turns behind it', () => {
    let seen = 0;
    for (const [dataset, id] of Object.entries(RUNS)) {
      const { cells } = recomputed(id);
      for (const { table } of paper.metricTables.filter((each) => each.dataset === dataset))
        for (const { model, representation, metrics } of cells)
          for (const measure of paper.measures) {
            const found = metrics[measure.here];
            const data = { model, measure: measure.id, condition: representation };
            const cell = cellOf(table, { ...data, kind: 'here' });
            const shown = tidy(cell);
            const by = (value: number | null | undefined) => ((value ?? NaN) * measure.scale).toFixed(2);
            expect(shown).toBe(`${by(found?.value)}${by(found?.low)} to ${by(found?.high)}, n ${found?.n ?? 0}`);
            if (representation !== 'raw')
              expect(tidy(cellOf(table, { ...data, kind: 'here-ratio' }))).toContain(
                `× ${found?.ratio?.value.toFixed(2) ?? ''}`,
              );
            const link = cell?.querySelector('a')?.getAttribute('href');
            expect(link).toBe(
              `#/runs/${id}?model=${model}&condition=${representation}&column=${measure.here}&sort=${measure.here}`,
            );
            seen++;
          }
    }
    expect(seen).toBe(4 * 6 * 8);
  });

  it('has a verdict for each claim, with figures that the committed records give', () => {
    const verdict = (claim: string): string => textOf(`tr[data-claim="${claim}"] [data-kind="verdict"]`);
    const figures = (claim: string): string => textOf(`section[data-evidence="${claim}"]`);
    const verdicts = Object.fromEntries(paper.claims.map(({ id }) => [id, verdict(id)]));
    const runs = Object.values(RUNS).map((id) => ({ id, ...inPoints(recomputed(id), id) }));

    // Perplexity rises wherever its ratio's interval lies above 1.
    const ratios = runs.flatMap(({ cells }) => cells.flatMap(({ metrics }) => metrics['perplexity']?.ratio ?? []));
    expect(ratios).toHaveLength(8);
    expect(ratios.every(({ low }) => (low ?? 0) > 1)).toBe(true);
    for (const { value, low, high } of ratios)
      expect(figures('ppl-rises')).toContain(
        `× ${value.toFixed(2)} (${(low ?? NaN).toFixed(2)} to ${(high ?? NaN).toFixed(2)})`,
      );

    // Both readings, from a run that scores replies compressed like their context.
    const readings = recomputed('corpus-both-readings').cells.filter(({ representation }) => representation !== 'raw');
    for (const name of ['perplexity', 'perplexity_compressed'])
      for (const { metrics } of readings) {
        const ratio = metrics[name]?.ratio?.value ?? NaN;
        expect(figures('ppl-rises')).toContain(`× ${ratio.toFixed(ratio < 10 ? 2 : 1)}`);
      }

    // A loss is shown where a corrected test of a text metric says so.
    const losses = runs.flatMap(({ tests }) =>
      tests.filter(({ metric, a, b }) => metric !== 'perplexity' && a.model === b.model && b.representation === 'raw'),
    );
    const shown = losses.filter(({ finding }) => finding === 'lower');
    expect(shown.length).toBeGreaterThan(0);
    expect(figures('small-loss')).toContain(
      `Of all ${losses.length} tests, the base model’s included, ${shown.length} show a loss`,
    );
    for (const { words } of shown) expect(figures('small-loss')).toContain(words);
    // The claim is about fine-tuned models on ExTES, whose stand-in the first run is; the base model decides nothing.
    const tuned = losses.filter(({ a }) => a.model === 'tuned').map(({ finding }) => finding);
    expect(tuned).toHaveLength(16);
    expect(tuned.slice(0, 8).filter((finding) => finding === 'lower')).toHaveLength(3);
    expect(tuned.slice(8).filter((finding) => finding === 'lower')).toHaveLength(0);
    expect(figures('small-loss')).toContain('3 of 8 tests of the tuned model show a loss');
    expect(figures('small-loss')).toContain('0 of 8');
    // The paper's own values decide: losses beyond what chance can make of 928 replies, whatever their spread.
    const bound = chanceAtMost({ n: 928, range: 100, tests: 28 });
    const beyond = paper.metricTables
      .slice(0, 2)
      .flatMap(({ values: { raw, keypos, nostopwords } }) =>
        [keypos, nostopwords].flatMap((row) => row.slice(1).filter((value, i) => (raw[i + 1] ?? NaN) - value > bound)),
      );
    expect(beyond.length).toBe(10);
    expect(figures('small-loss')).toContain(`at most ${bound.toFixed(2)} points`);
    expect(figures('small-loss')).toContain('10 of the 28 losses');
    expect(figures('small-loss')).toContain('table 6, ROUGE-L, NoStopwords: −8.82 points, × 0.60');
    // One of the losses does not survive without the talk of crowd-workers, and the claim says so.
    expect(figures('small-loss')).toMatch(/no longer shown: METEOR .* KeyPOS is lower than Raw by 2\.94 /);

    const esconv = runs.find(({ id }) => id === RUNS.ESConv);
    const better = (esconv?.tests ?? []).filter(
      ({ metric, a, b }) =>
        ['rougeL', 'nltk_meteor'].includes(metric) &&
        a.model === b.model &&
        a.representation === 'keypos' &&
        b.representation === 'raw',
    );
    expect(better).toHaveLength(4);
    for (const { words } of better) expect(figures('keypos-sometimes-better')).toContain(words);
    expect(better.some(({ finding }) => finding === 'higher')).toBe(false);
    expect(better.every(({ finding }) => finding === 'lower')).toBe(false);

    expect(verdicts).toEqual({
      'mistral-over-llama': 'not decidable here',
      'ppl-rises': 'supported here',
      'small-loss': 'refuted here',
      twice: 'refuted here',
      'keypos-sometimes-better': 'not decidable here',
      'bleu-up-rouge-down': 'not decidable here',
      'judge-order': 'not decidable here',
      'no-overfit': 'not decidable here',
      faster: 'not decidable here',
    });
    // From docs/benchmarks/compression.md: 19.71 / 13.30 and 19.71 / 9.77, with the limits of both.
    expect(figures('twice')).toContain('ESConv, Mistral 7B Instruct v0.2’s tokenizer, KeyPOS: × 1.48 (1.43 to 1.54)');
    expect(figures('twice')).toContain('NoStopwords: × 2.02 (1.94 to 2.10), undecided');
    // The paper's own table 11.
    expect(figures('twice')).toContain('table 11, ESConv: KeyPOS × 2.003, NoStopwords × 1.985');
    for (const id of Object.keys(verdicts)) expect(figures(id).length).toBeGreaterThan(80);
    // Every claim has all three: a verdict, what decides it, and figures.
    for (const row of rendered.document.querySelectorAll('tr[data-claim]'))
      expect(row.children[3]?.textContent.length).toBeGreaterThan(30);
  });

  it('says of each training log what it was trained on, and follows its loss elsewhere', () => {
    const text = textOf('section[data-evidence="no-overfit"]');
    const logs = readdirSync(join(import.meta.dirname, '../public/runs'));
    expect(measurements.logs.map(({ file }) => file).sort()).toEqual(logs.sort());
    for (const { file, dataset, dialogues, representation, transferredTo, adapter } of measurements.logs) {
      const name = file.replace('.jsonl', '');
      expect(name.startsWith(dataset === 'ESConv' ? 'esconv' : 'corpus') || name === 'solace').toBe(true);
      expect(text).toContain(`${name}, trained on ${dataset}, ${dialogues} dialogues`);
      const rows = readFileSync(join(import.meta.dirname, '../public/runs', file), 'utf8');
      expect(rows.includes('transferLoss')).toBe(transferredTo !== null);
      // Data that a model was trained on is never called foreign to it.
      if (transferredTo !== null) expect(transferredTo.startsWith(dataset)).toBe(false);
      if (adapter === null) continue;
      const manifest = JSON.parse(
        readFileSync(join(import.meta.dirname, `../public/adapters/${adapter}/manifest.json`), 'utf8'),
      ) as { dataset: string; representation: string };
      expect(manifest.dataset).toMatch(new RegExp(`^${dataset}, ${dialogues} training dialogues`));
      expect(manifest.representation).toBe(representation);
    }
    expect(text).toContain('rises in 4 of 4');
  });

  it('says that the order of the compressions is the reverse of the paper’s, and that tables repeat', () => {
    const order = textOf('p[data-block="order"]');
    expect(order).toContain('In the paper KeyPOS has the higher perplexity in 4 of 4 tables');
    const pairs = [...Object.values(RUNS), 'corpus-both-readings'].flatMap((id) => {
      const { cells } = recomputed(id);
      return [...new Set(cells.map(({ model }) => model))].flatMap((model) =>
        ['perplexity', 'perplexity_compressed'].flatMap((name) => {
          const of = (condition: string) =>
            cells.find((cell) => cell.model === model && cell.representation === condition)?.metrics[name]?.value;
          const [keypos, nostopwords] = [of('keypos'), of('nostopwords')];
          return keypos !== undefined && nostopwords !== undefined ? [[keypos, nostopwords] as const] : [];
        }),
      );
    });
    expect(pairs).toHaveLength(8);
    expect(order).toContain('Here it has in 0 of 8 comparisons');
    for (const [keypos, nostopwords] of pairs)
      expect(order).toContain(`${keypos.toFixed(2)} < ${nostopwords.toFixed(2)}`);
    expect(textOf('p[data-block="length-order"]')).toContain('table 7: KeyPOS 17.744, NoStopwords 17.903, so KeyPOS');
    expect(textOf('p[data-line="6"]')).toContain('The columns “here” are those of table 4');
    expect(textOf('p[data-line="10"]')).toContain('The columns “here” are those of table 8');
  });

  it('defines its terms from the paper’s data, and says where the paper is silent', () => {
    const terms = textOf('table[data-block="terms"]');
    for (const { term, says } of paper.terms) expect(terms).toContain(`${term}${says}`);
    for (const said of ['NLTK’s list', 'NOUN, VERB, ADJ', 'the paper does not say which tagger'])
      expect(terms).toContain(said);
    expect(terms.match(/The paper does not say whether/g)).toHaveLength(3);
    expect(rendered.document.querySelectorAll('table[data-table="2"] td:nth-child(3)')).toHaveLength(
      paper.trainingTable.settings.length,
    );
  });

  it('leads from its contents and its verdicts to places that exist', () => {
    const within = [...rendered.document.querySelectorAll('a[href^="#"]')]
      .map((link) => link.getAttribute('href') ?? '')
      .filter((href) => !href.startsWith('#/'));
    expect(within.length).toBeGreaterThan(30);
    const missing = within.filter((href) => !rendered.document.querySelector(`[id="${href.slice(1)}"]`));
    expect(missing).toEqual([]);
  });

  it('links every measured number to its turns, or says that it has no records', () => {
    const measured = [...rendered.document.querySelectorAll('td[data-kind^="here"]')].filter(
      (cell) => tidy(cell) !== '',
    );
    const lengths = new Set(paper.lengthTables.map(({ table }) => String(table)));
    const unlinked = measured.filter((cell) => !cell.querySelector('a[href^="#/runs/"]'));
    for (const cell of unlinked)
      expect(lengths.has(cell.closest('table')?.dataset['table'] ?? ''), tidy(cell)).toBe(true);
    expect(rendered.document.textContent).toContain('No run has records of them.');
    // A ratio leads to both of its halves.
    const ratio = cellOf(8, { kind: 'here-ratio', model: 'tuned', measure: 'bleu4', condition: 'nostopwords' });
    expect(ratio?.querySelector('a')?.getAttribute('href')).toBe(
      '#/runs/esconv-test?model=tuned&condition=raw&condition=nostopwords&column=nltk_bleu4_method1&sort=nltk_bleu4_method1',
    );
    // What lies behind the links of each run is said.
    for (const id of Object.values(RUNS))
      for (const line of rendered.document.querySelectorAll(`p[data-behind="${id}"]`))
        expect(tidy(line)).toMatch(/\d+ records; .*texts were not published, only a hash of each/);
    expect(tidy(rendered.document.querySelector('p[data-behind="corpus-both-readings"]') ?? undefined)).toContain(
      '240 records; no replies were generated',
    );
  });

  it('computes where the paper contradicts itself', () => {
    const text = textOf('table[data-block="contradictions"]');
    for (const arithmetic of [
      '31,140 / 1,053 = 29.57, printed 29.8',
      '200,393 / 11,177 = 17.93, printed 18.2',
      '3 of 3 values are equal',
      'exp(0.86) = 2.36, but the perplexity on ExTES is 5.474',
      'exp(0.95) = 2.59, but the perplexity on ExTES is 9.212',
      '37.037 and 17.8: × 2.08',
      '38.886 / 35.535 = 1.09. Counted on ESConv: 19.71 / 20.28 = 0.97',
      '4.3 (NoStopwords) > 4.25 (Raw) for Mistral 7B Instruct v0.2',
      '35.535 / 17.903 = 1.985',
      'ROUGE-L 21.916 → 13.094 under NoStopwords, × 0.60',
      '3.7 (KeyPOS) = 3.7 (Raw)',
    ])
      expect(text).toContain(arithmetic);
    // What is odd without being a contradiction is not in that list.
    const odd = textOf('table[data-block="oddities"]');
    for (const arithmetic of [
      '0.228 to 0.264 over 12 rows',
      '24 of 24 values are multiples of 1 / 20',
      'table 10: BERTScore P 41.039 (KeyPOS) > 40.975 (Raw)',
      '17.744 and 17.903, the other way round',
    ]) {
      expect(odd).toContain(arithmetic);
      expect(text).not.toContain(arithmetic);
    }
  });

  it('says what is not measured, and asks its reader to type nothing in', () => {
    const text = rendered.document.textContent;
    expect(text).toContain('Not measured here yet: no committed run has a judge’s scores');
    expect(text).toContain('Not measured here yet: a committed roll-out of whole conversations');
    expect(text).not.toMatch(/type (?:its|the|their) values/);
    const rows = [...rendered.document.querySelectorAll('table[data-block="set-up"] tbody tr')];
    expect(rows.length).toBeGreaterThan(14);
    for (const row of rows) expect(row.children[3]?.textContent).toMatch(/^(same|different|not stated)$/);
  });
});

describeExtra(['paper/paper.json'], 'the paper’s values', () => {
  it('are those of its tables', () => {
    type Tables = Record<string, { rows: Record<string, Record<string, number>>; tokensPerUtterance: unknown }>;
    const tables = JSON.parse(readFileSync(join(SHARED, 'paper/paper.json'), 'utf8')) as Tables;
    for (const { table, values } of paper.metricTables)
      for (const condition of CONDITIONS)
        expect(paper.measures.map(({ id }) => tables[`table${table}`]?.rows[condition]?.[id])).toEqual(
          values[condition],
        );
    for (const { table, values } of paper.lengthTables)
      expect(tables[`table${table}`]?.tokensPerUtterance).toEqual(values);
    for (const model of ['mistral', 'llama2'] as const)
      for (const condition of CONDITIONS)
        expect(
          paper.judgeTable.criteria.map((each) => tables['table12']?.rows[`${model}/${condition}`]?.[each]),
        ).toEqual(paper.judgeTable.values[model][condition]);
  });
});
