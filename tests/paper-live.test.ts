import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import paper from '../src/lab/notebooks/paper.json' with { type: 'json' };
import { CONDITIONS, recomputed, RUNS, tidy, usePaper } from './harness/rendered-paper.ts';
import { describeExtra, SHARED } from './harness/shared.ts';

describe('The paper, live', () => {
  const page = usePaper();

  it('runs every cell', () => expect(page.rendered.failures).toEqual([]));

  it('shows no code where it shows text', () => {
    for (const output of page.rendered.document.children)
      expect(output.textContent).not.toMatch(/\\u[0-9a-f]{4}|undefined|NaN|\[object|DocumentFragment/);
  });

  it('has as many cells in each row of a table as in its head', () => {
    const tables = [...page.rendered.document.querySelectorAll('table')];
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
          const textIn = (kind: string): string => tidy(page.cellOf(table.table, { kind, measure: id, condition }));
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
      expect(page.textOf(`table[data-table="${table}"] caption`)).toBe(
        'Perplexity without a unit; all other measures from 0 to 100, in the paper’s columns and here.',
      );
    // No score of 0 to 100 is given in percent, and none as a fraction.
    for (const cell of page.rendered.document.querySelectorAll('td[data-kind]'))
      expect(cell.textContent).not.toContain('%');
  });

  it('shows all 12 lengths of tables 5, 7, 9 and 11, and all 24 scores of table 12', () => {
    let seen = 0;
    for (const { table, values } of paper.lengthTables)
      for (const condition of CONDITIONS) {
        expect(tidy(page.cellOf(table, { kind: 'paper', condition }))).toBe(String(values[condition]));
        seen++;
      }
    for (const model of ['mistral', 'llama2'] as const)
      for (const condition of CONDITIONS)
        paper.judgeTable.criteria.forEach((criterion, at) => {
          const value = paper.judgeTable.values[model][condition][at] ?? NaN;
          const cell = page.cellOf(12, { kind: 'paper', model, measure: criterion, condition });
          expect(tidy(cell)).toBe(String(value));
          seen++;
        });
    expect(seen).toBe(36);
    for (const { table } of paper.lengthTables)
      expect(page.textOf(`table[data-table="${table}"] caption`)).toMatch(/^Tokens,/);
    expect(page.textOf('table[data-table="12"] caption')).toMatch(/^Scores from 0 to 5,/);
  });

  it('can be read by its headings alone, as a stranger reads it', () => {
    const read = new Map<string, string>();
    for (const table of page.rendered.document.querySelectorAll('table')) {
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
            page
              .textOf(`table[data-table="1"] td[data-dataset="${dataset}"][data-measure="${measure}"]`)
              .replace(',', ''),
          ),
        ).toBe(value);
    for (const [name, value] of paper.trainingTable.settings)
      expect(page.textOf(`table[data-table="2"] td[data-measure="${name}"]`)).toBe(String(value));
    for (const [name, value] of Object.entries(paper.decodingTable.settings))
      expect(page.textOf(`table[data-table="3"] td[data-measure="${name}"]`)).toBe(String(value));
    for (const { figure, evalLoss } of paper.plateaus)
      expect(page.textOf(`td[data-measure="figure${figure}"]`)).toBe(String(evalLoss));
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
            const cell = page.cellOf(table, { ...data, kind: 'here' });
            const shown = tidy(cell);
            const by = (value: number | null | undefined) => ((value ?? NaN) * measure.scale).toFixed(2);
            expect(shown).toBe(`${by(found?.value)}${by(found?.low)} to ${by(found?.high)}, n ${found?.n ?? 0}`);
            if (representation !== 'raw')
              expect(tidy(page.cellOf(table, { ...data, kind: 'here-ratio' }))).toContain(
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

  it('defines its terms from the paper’s data, and says where the paper is silent', () => {
    const terms = page.textOf('table[data-block="terms"]');
    for (const { term, says } of paper.terms) expect(terms).toContain(`${term}${says}`);
    for (const said of ['NLTK’s list', 'NOUN, VERB, ADJ', 'the paper does not say which tagger'])
      expect(terms).toContain(said);
    expect(terms.match(/The paper does not say whether/g)).toHaveLength(3);
    expect(page.rendered.document.querySelectorAll('table[data-table="2"] td:nth-child(3)')).toHaveLength(
      paper.trainingTable.settings.length,
    );
  });

  it('says what is not measured, and asks its reader to type nothing in', () => {
    const text = page.rendered.document.textContent;
    expect(text).toContain('Not measured here yet: no committed run has a judge’s scores');
    expect(text).toContain('Not measured here yet: a committed roll-out of whole conversations');
    expect(text).not.toMatch(/type (?:its|the|their) values/);
    const rows = [...page.rendered.document.querySelectorAll('table[data-block="set-up"] tbody tr')];
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
