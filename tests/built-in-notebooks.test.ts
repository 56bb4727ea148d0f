import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LazyMap } from '../src/core/async/memoised.ts';
import { openDocument, renderNotebook, type RenderedNotebook } from './harness/notebook-in-node.ts';

// There is no model here: a notebook that asks for one as it is opened has a cell that fails.
describe('as it is opened, without a model,', () => {
  let restore = (): void => undefined;
  const notebooks = new LazyMap<string, RenderedNotebook>();
  const open = (name: string): Promise<RenderedNotebook> => notebooks.get(name, () => renderNotebook(name));
  beforeAll(() => (restore = openDocument()));
  afterAll(() => restore());

  it('Which words matter shows a finished figure, which a person can measure again', async () => {
    const { document: page, failures } = await open('which-words-matter');
    expect(failures).toEqual([]);
    const bars = page.querySelectorAll('svg [aria-label="bar"] rect');
    expect(bars).toHaveLength(11);
    const rows = [...page.querySelectorAll('tbody tr')].map((row) => row.textContent ?? '');
    expect(rows).toHaveLength(11);
    expect(rows[1]).toMatch(/^KeyPOS–86 ?2\.271/);
    // The reply that is chosen is the one that was measured, token by token.
    expect(page.textContent).toContain('You finished the box. Many people go on with what is in front of them');
    expect(page.textContent).toContain('Compared: KeyPOS without VERB');
    expect(page.querySelector('[role="status"]')?.textContent).toMatch(/^Measured before, with Solace 135M\./);
    expect(page.querySelector('button')?.textContent).toBe('Measure');
  });

  it('the playground draws what fits in the colours of the compressions, right under its budget', async () => {
    const { document: page, failures } = await open('compression-playground');
    expect(failures).toEqual([]);
    const fills = [...page.querySelectorAll('svg [aria-label="bar"] rect')].map((bar) => bar.getAttribute('fill'));
    expect([...new Set(fills)].sort()).toEqual(['var(--keypos)', 'var(--line)', 'var(--nostopwords)', 'var(--raw)']);
    const outputs = [...page.children].filter((output) => output.querySelector('input[type="range"], svg, p'));
    const slider = outputs.findIndex((output) => output.querySelector('input[type="range"]'));
    expect(outputs[slider + 1]?.querySelector('svg [aria-label="bar"]')).not.toBeNull();
    // Struck words leave the sentence as it was written, its punctuation included.
    const dialogue = page.querySelector('ol:has(del)');
    const said = [...(dialogue?.children ?? [])].map((line) => line.textContent ?? '');
    expect(said.length).toBeGreaterThan(8);
    expect(said.filter((text) => / [.,!?]/.test(text))).toEqual([]);
    expect(dialogue?.querySelectorAll('del').length).toBeGreaterThan(20);
  });

  it('no notebook cuts the names of what can be chosen in a word', async () => {
    for (const name of ['which-words-matter', 'compression-playground', 'judging-the-judge']) {
      const { document: page } = await open(name);
      const options = [...page.querySelectorAll('option')].map((option) => option.textContent ?? '');
      expect(options.length).toBeGreaterThan(10);
      expect(Math.max(...options.map(({ length }) => length))).toBeLessThanOrEqual(82);
      const cut = options.filter((text) => text.length > 60 && !/[.!?’”"…]$/.test(text));
      expect(cut).toEqual([]);
    }
  });
});
