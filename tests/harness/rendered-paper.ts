import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { group } from 'd3-array';
import { afterAll, beforeAll, expect } from 'vitest';
import { parseNumbers } from '../../src/core/evaluation/numbers.ts';
import { parseStoredPlan } from '../../src/core/evaluation/plan.ts';
import { aggregateNumbers } from '../../src/core/table/aggregate.ts';
import type { RunSummary } from '../../src/core/table/summary.ts';
import { openDocument, renderNotebook, type NodeLab, type RenderedNotebook } from './notebook-in-node.ts';

const RESULTS = join(import.meta.dirname, '../../public/results');

const tables = new Map<string, RunSummary>();

/** A committed run's table, computed again from its records. */
export function recomputed(id: string): RunSummary {
  const known = tables.get(id);
  if (known) return known;
  const { plan, machine, records } = JSON.parse(readFileSync(join(RESULTS, `${id}.json`), 'utf8')) as RunSummary;
  const numbers = parseNumbers(readFileSync(join(RESULTS, `${id}.numbers.jsonl`), 'utf8'), id);
  const table = aggregateNumbers(parseStoredPlan(plan, id), numbers, { machine, expected: records });
  tables.set(id, table);
  return table;
}

/** The runs that the notebook shows as “here”, by the paper's dataset. */
export const RUNS = { ExTES: 'built-in', ESConv: 'esconv-test' } as const;
export const CONDITIONS = ['raw', 'keypos', 'nostopwords'] as const;

export const tidy = (element: Element | null | undefined): string =>
  (element?.textContent ?? '').replace(/\s+/g, ' ').trim();

/** The paper's notebook, run in Node for the tests of a `describe`. */
export class RenderedPaper {
  declare rendered: RenderedNotebook;
  #cells: Map<string, HTMLElement[]> | undefined;

  /** The text of the only element that a selector matches. */
  readonly textOf = (selector: string): string => {
    const found = this.rendered.document.querySelectorAll(selector);
    expect(found, selector).toHaveLength(1);
    return tidy(found[0]);
  };

  /** The only cell of a table with these data attributes. Looking for each by a selector would take a minute. */
  readonly cellOf = (table: number, data: Record<string, string>): Element | undefined => {
    const selector = 'table[data-table] td[data-kind]';
    this.#cells ??= group(this.rendered.document.querySelectorAll<HTMLElement>(selector), (cell) =>
      nameOf(Number(cell.closest('table')?.dataset['table']), cell.dataset),
    );
    const found = this.#cells.get(nameOf(table, data)) ?? [];
    expect(found, nameOf(table, data)).toHaveLength(1);
    return found[0];
  };
}

const nameOf = (table: number, data: Record<string, string | undefined>): string =>
  JSON.stringify([table, ...Object.entries(data).sort(([x], [y]) => (x < y ? -1 : 1))]);

export function usePaper(change?: (lab: NodeLab) => NodeLab): RenderedPaper {
  const paper = new RenderedPaper();
  let restore = (): void => undefined;
  beforeAll(async () => {
    restore = openDocument();
    paper.rendered = await renderNotebook('the-paper-live', change);
  });
  afterAll(() => restore());
  return paper;
}
