import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Download, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launch } from './harness/browser.ts';
import { serveLab, type ServedLab } from './harness/lab.ts';
import { NotebookReader } from './harness/notebook.ts';
import { visit, type Visit } from './harness/visit.ts';

/** Two busy cores are slow to show typed text. */
const PATIENT = { timeout: 30_000 };

const NOTEBOOK = `<!doctype html>
<notebook theme="air" fold>
  <title>Sales</title>
  <script id="1" type="text/markdown">
    # Sales
  </script>
  <script id="2" type="module" pinned>
    const rows = await FileAttachment("sales.csv").csv({typed: true});
    const total = rows.reduce((sum, {amount}) => sum + amount, 0);
    display(Inputs.table(rows));
    display(Plot.plot({marks: [Plot.barY(rows, {x: "month", y: "amount"})]}));
  </script>
  <script id="3" type="text/markdown">
    In all \${total}. [Models](#/models)
  </script>
  <script id="4" type="module">
    const hostile = document.createElement("div");
    hostile.innerHTML = '<p onclick="document.title=1">Kept <a href="javascript:document.title=1">link</a></p>' +
      '<img src="https://example.com/x.png" onerror="document.title=1"><iframe srcdoc="x"></iframe>' +
      '<svg><style>@import "https://example.com/x.css";</style><use href="https://example.com/x.svg#a"></use></svg>';
    const refresh = document.createElement("meta");
    refresh.httpEquiv = "refresh-later";
    hostile.append(refresh, document.createElement("script"), Inputs.range([0, 9], {label: "Value", value: 7}));
    display(hostile);
  </script>
</notebook>`;

describe('a notebook that is written', () => {
  let browser: Browser;
  let lab: ServedLab;
  let guest: Visit;
  let reader: NotebookReader;

  beforeAll(async () => {
    browser = await launch({ webgpu: false });
    lab = await serveLab();
    guest = await visit(browser, lab.url);
    reader = new NotebookReader(guest.page);
  });
  afterAll(async () => {
    await browser.close();
    await lab.close();
  });
  afterEach(() => {
    guest.errors.length = 0;
  });

  it('shows an error where it happens, and keeps working', async () => {
    await guest.page.goto(`${lab.url}#/notebooks`);
    await guest.page.getByRole('button', { name: 'New notebook' }).click();
    await reader.cells.nth(1).waitFor();
    await reader.settled();
    expect(await reader.cell(2).innerText()).toContain('I so tired');
    await reader.rewrite(2, 'const half = ;');
    await expect.poll(() => reader.failures(), PATIENT).toEqual([expect.stringContaining('SyntaxError')]);
    // With an error of syntax, Shift+Enter stays, at the error.
    expect(await reader.cell(2).innerText()).toMatch(/In line 1, column 14\s*: const half = ;/);
    await guest.page.keyboard.type('8');
    await guest.page.keyboard.press('Shift+Enter');
    await expect.poll(() => reader.failures(), PATIENT).toEqual([]);
    await reader.rewrite(2, 'const f = () => null.x;\nf()');
    await expect.poll(() => reader.cell(2).innerText(), PATIENT).toMatch(/In line 1, column 22\s*: const f =/);
    await expect.poll(() => reader.focused(), PATIENT).toBe('Add JavaScript after cell 2');
    await reader.rewrite(2, 'await lab.compress(3)');
    await expect
      .poll(() => reader.cell(2).innerText(), PATIENT)
      .toMatch(/LabError[^]*In line 1, column 11\s*: await lab/);
    // The tools stand below the error, not on it.
    const [tools, error] = await Promise.all([
      reader.cell(2).getByRole('group', { name: 'Tools of cell 2' }).boundingBox(),
      reader.cell(2).locator('.output').boundingBox(),
    ]);
    expect(tools?.y ?? 0).toBeGreaterThanOrEqual((error?.y ?? Infinity) + (error?.height ?? 0));
    await reader.rewrite(1, '# Untitled ${nobody}');
    await expect.poll(() => reader.focused(), PATIENT).toBe('Edit cell 2');
    for (const name of ['edit cell 1', 'edit cell 2']) {
      await guest.page.keyboard.press('ControlOrMeta+z');
      await expect.poll(() => reader.said(), PATIENT).toBe(`Undone: ${name}.`);
    }
    await expect.poll(() => reader.cell(2).innerText(), PATIENT).toContain('null.x;');
    await guest.page.keyboard.press('ControlOrMeta+Shift+z');
    await expect.poll(() => reader.cell(2).innerText(), PATIENT).toContain('In line 1, column 11');
    expect(await reader.cell(1).innerText()).not.toContain('nobody');
    await reader.frame
      .getByRole('group', { name: 'Add a cell after cell 2' })
      .getByRole('button', { name: 'Add Markdown after cell 2' })
      .focus();
    await guest.page.keyboard.press('Enter');
    await guest.page.keyboard.type('*Still* here');
    await guest.page.keyboard.press('Shift+Enter');
    await expect.poll(() => reader.cell(3).locator('em').innerText(), PATIENT).toBe('Still');
  });

  it('completes and explains the functions of lab', async () => {
    await guest.page.goto(`${lab.url}#/notebooks`);
    await guest.page.getByRole('button', { name: 'New notebook' }).click();
    const cell = reader.cell(2);
    await cell.getByRole('button', { name: /^Edit/ }).press('Enter');
    const source = cell.getByRole('textbox', { name: /^Source of/ });
    const documentation = cell.locator('.cm-tooltip.lab-documentation');
    await source.press('ControlOrMeta+Home');
    for (let i = 0; i < 28; i++) await source.press('ArrowRight');
    await source.press('ControlOrMeta+i');
    expect(await documentation.innerText()).toMatch(/lab\.compress\(texts: string\[\][^]*Compresses texts, one by one/);
    await source.press('Escape');
    expect(await documentation.count()).toBe(0);
    await source.press('ControlOrMeta+End');
    await source.pressSequentially('; lab.gen');
    const list = cell.getByRole('listbox');
    await expect
      .poll(() => list.getByRole('option').allInnerTexts(), PATIENT)
      .toEqual([
        expect.stringContaining('generate(messages: Message[]'),
        expect.stringContaining('generateTuned(id: string'),
        expect.stringContaining('forgetTraining(name: string'),
      ]);
    await source.press('Escape');
    await list.waitFor({ state: 'detached' });
    expect(await source.count()).toBe(1);
    await source.press('Escape');
    await source.waitFor({ state: 'detached' });
    expect(guest.errors).toEqual([]);
  });

  /** Drops a file on the middle of the notebook. */
  async function drop(name: string, content: string): Promise<void> {
    await reader.cell(1).evaluate(
      (cell, { name: called, content: text }) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text], called));
        cell.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
      },
      { name, content },
    );
  }

  it('reads files that are dropped on it, and keeps them', async () => {
    await reader.bring(lab.url, 'sales.html', NOTEBOOK);
    const run = guest.page.getByRole('button', { name: 'Run this notebook' });
    await run.click();
    await expect
      .poll(() => reader.cell(2).innerText(), PATIENT)
      .toMatch(/sales\.csv: No file.*Attach files[^]*In line 1/);
    await drop('sales.csv', 'month,amount\nMay,3\nJune,4\n');
    await expect.poll(() => reader.cell(3).innerText(), PATIENT).toContain('In all 7.');
    expect(await reader.failures()).toEqual([]);
    // The notebook folds its code, and a reader unfolds it.
    expect(await reader.cell(2).getByRole('region', { name: 'Source' }).count()).toBe(0);
    await reader.cell(2).getByRole('button', { name: 'Code of cell 2' }).press('Enter');
    await reader.cell(2).getByRole('region', { name: 'Source' }).waitFor();

    await guest.page.locator('input[type="file"][multiple]').setInputFiles({
      name: 'sales.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('month,amount\nMay,30\nJune,40\n'),
    });
    await expect.poll(() => reader.cell(3).innerText(), PATIENT).toContain('In all 70.');
    await guest.page.reload();
    await run.click();
    await expect.poll(() => reader.cell(3).innerText(), PATIENT).toContain('In all 70.');
  });

  it('is saved as a page with its outputs, which opens without the lab and runs nothing', async () => {
    const save = guest.page.waitForEvent('download');
    await guest.page.getByRole('button', { name: 'Save with outputs' }).click();
    const { page, html, asked } = await openAlone(await save);
    expect(await page.title()).toBe('Sales');
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Sales');
    expect(await page.getByRole('row').allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringMatching(/June\s+40/)]),
    );
    expect(await page.locator('figure svg rect, svg[class^="plot"] rect').count()).toBe(2);
    expect(await page.getByRole('link', { name: 'Models' }).getAttribute('href')).toBe(`${lab.url}#/models`);
    expect(await page.getByText('const rows = await FileAttachment').isVisible()).toBe(true);
    expect(await page.getByLabel('Value').first().inputValue()).toBe('7');
    expect(await page.getByLabel('Value').first().isDisabled()).toBe(true);
    expect(await page.getByText('Kept link').count()).toBe(1);
    expect(html).not.toMatch(
      /<script|<iframe|onclick=|onerror=|="javascript:|example\.com\/x\.(png|svg)|refresh-later"/i,
    );
    expect(asked).toEqual([]);
    await page.context().close();
  });

  it('has its files removed by a button, which can be undone', async () => {
    await guest.page.getByRole('button', { name: 'Remove sales.csv' }).click();
    await expect.poll(() => reader.cell(2).innerText(), PATIENT).toContain('No file of this name');
    await guest.page.getByRole('button', { name: 'Undo', exact: true }).click();
    await expect.poll(() => reader.cell(3).innerText(), PATIENT).toContain('In all 70.');
  });

  /** Opens a download in a fresh profile, as somebody does who received it. */
  async function openAlone(download: Download): Promise<{ page: Page; html: string; asked: string[] }> {
    const path = join(await mkdtemp(join(tmpdir(), 'solace-saved-')), download.suggestedFilename());
    await download.saveAs(path);
    const page = await (await browser.newContext()).newPage();
    const asked: string[] = [];
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) asked.push(request.url());
    });
    await page.goto(pathToFileURL(path).href);
    // The code of the cells is text, and may name what their outputs may not hold.
    const outputs = await page.locator('.output').evaluateAll((all) => all.map((each) => each.innerHTML).join('\n'));
    expect(await readFile(path, 'utf8')).toMatch(/^<!doctype html>[^]*Content-Security-Policy/);
    return { page, html: outputs, asked };
  }
});
