import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize, transpile, type Notebook } from '@observablehq/notebook-kit';
import fc from 'fast-check';
import { DOMParser, parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from './catalogue.ts';

const FOLDER = join(import.meta.dirname, '../../notebooks');
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.html'));

const read = (html: string): Notebook =>
  deserialize(html, { parser: new DOMParser() as unknown as globalThis.DOMParser });
const write = (notebook: Notebook): string => serialize(notebook, { document: parseHTML('<!doctype html>').document });

describe('the notebooks that come with the lab', () => {
  it('are exactly those of the catalogue', () => {
    expect(files.map((name) => name.replace('.html', '')).sort()).toEqual(CATALOGUE.map(({ name }) => name).sort());
  });

  it.each(files)('%s has the title of the catalogue and cells of valid code', (name) => {
    const notebook = read(readFileSync(join(FOLDER, name), 'utf8'));
    expect(notebook.title).toBe(CATALOGUE.find((entry) => `${entry.name}.html` === name)?.title);
    expect(notebook.cells.length).toBeGreaterThan(3);
    const outputs = notebook.cells.flatMap((cell) => transpile(cell).outputs ?? []);
    // Two cells that define the same name both fail.
    expect(outputs).toEqual([...new Set(outputs)]);
  });
});

it.each(['compression-playground', 'which-words-matter', 'the-paper-live'])('%s hides its code at first', (name) => {
  expect(readFileSync(join(FOLDER, `${name}.html`), 'utf8')).toMatch(/<notebook\b[^>]* fold>/);
});

it('The paper, live names the paper before anything else', () => {
  const [first] = read(readFileSync(join(FOLDER, 'the-paper-live.html'), 'utf8')).cells;
  expect(first?.value.replaceAll(/\s+/g, ' ')).toMatch(
    /^The paper behind this lab is \*Leveraging Large Language Models for Emotionally Supportive Chatbots\* \(/,
  );
});

describe('the format', () => {
  it('returns what was written, whatever a cell contains', () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('</script><img src=x onerror=alert(1)>', '<\\/script>', '<!-- <script>', '`${a}`'),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 5 }), (values) => {
        const cells = values.map((text, i) => ({
          id: i + 1,
          mode: 'js' as const,
          value: tidy(text),
          pinned: true,
          hidden: false,
        }));
        const again = read(write({ cells, title: 'T', theme: 'air', readOnly: false }));
        expect(again.cells.map((cell) => cell.value)).toEqual(cells.map((cell) => cell.value));
      }),
    );
  });
});

/**
 * What the format does not preserve: blank lines at the ends, line ends of other systems, control characters.
 */
const tidy = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex
    .replace(/[\u0000-\u001f\u007f]/g, ' ')
    .trim();
