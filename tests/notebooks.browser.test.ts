import { readFile } from 'node:fs/promises';
import type { Browser, Locator, Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { seriousViolations } from './harness/axe.ts';
import { launch } from './harness/browser.ts';
import { fromClaimToTurn } from './harness/claim-to-turn.ts';
import { ASKING, HOSTILE, LEAVING } from './harness/hostile/brought-notebooks.ts';
import { serveLab, type ServedLab } from './harness/lab.ts';
import { clickAllowEarly, NotebookReader } from './harness/notebook.ts';
import { Person } from './harness/person.ts';
import { takeSlow } from './harness/slow.ts';
import { visit, type Visit } from './harness/visit.ts';

/** Two busy cores are slow to show typed text. */
const PATIENT = { timeout: 60_000 };

describe('notebooks', () => {
  let browser: Browser;
  let lab: ServedLab;
  let guest: Visit;
  let reader: NotebookReader;

  beforeAll(async () => {
    browser = await launch({ webgpu: false });
    lab = await serveLab();
    // One visit for all, so that the model is loaded once.
    guest = await visit(browser, lab.url);
    reader = new NotebookReader(guest.page);
  });
  afterAll(async () => {
    await browser.close();
    await lab.close();
  });
  afterEach(() => {
    guest.errors.length = 0;
    guest.failures.length = 0;
  });

  const button = (name: string): Locator => reader.frame.getByRole('button', { name });

  /** Opens a notebook and waits until every cell has a value. */
  async function runs(name: string): Promise<void> {
    await reader.open(lab.url, name);
    await reader.settled();
  }

  async function expectSound(): Promise<void> {
    expect(await reader.failures()).toEqual([]);
    expect(guest.errors).toEqual([]);
    expect(guest.failures).toEqual([]);
    expect([...guest.origins]).toEqual([new URL(lab.url).origin]);
  }

  it('are listed, and axe finds nothing serious', async () => {
    await guest.page.goto(`${lab.url}#/notebooks`);
    const list = guest.page.getByRole('region', { name: 'Included with the lab' }).getByRole('link');
    await expect.poll(() => list.count(), PATIENT).toBe(7);
    expect(await seriousViolations(guest.page)).toEqual([]);
  });

  it('The paper, live: computes its tables and points out numbers that disagree', async () => {
    await runs('the-paper-live');
    await expectSound();
    const table = reader.frame.getByRole('row', { name: /ESConv \(paper\)/ });
    expect(await table.innerText()).toMatch(/29\.8\s+29\.57\s+off by 0\.23/);
    expect(await reader.frame.getByRole('row', { name: /Solace corpus \(counted now\)/ }).innerText()).toContain(
      '1,008',
    );
    // Nine claims, each with one of three verdicts.
    expect(await reader.frame.getByRole('row', { name: /(supported|refuted|not decidable) here/ }).count()).toBe(9);

    await fromClaimToTurn(reader);
    await expectSound();
  });

  it('Bring your own data: reads the built-in set, then a file that is dropped', async () => {
    await runs('bring-your-own-data');
    await expectSound();
    expect(await reader.cell(4).innerText()).toContain('1,008 dialogues');
    const lines = [
      '{"messages":[{"role":"user","content":"I feel low."},{"role":"assistant","content":"I am here."}]}',
      '{"messages": 3}',
    ];
    await reader.frame
      .getByLabel('Your data')
      .setInputFiles({ name: 'chats.jsonl', mimeType: 'application/json', buffer: Buffer.from(lines.join('\n')) });
    await expect.poll(() => reader.cell(4).innerText(), PATIENT).toMatch(/1 dialogues, 1 records left out/);
    expect(await reader.cell(4).innerText()).toContain('chats.jsonl');
  });

  it('Loss curves: draws a log that is dropped in', async () => {
    await runs('loss-curves');
    await expectSound();
    // What a reader unfolds stays so, and is no edit.
    const code = reader.cell(3).getByRole('button', { name: 'Code of cell 3' });
    const source = reader.cell(3).getByRole('region', { name: 'Source' });
    const before = await source.count();
    await code.press('Enter');
    await expect.poll(() => source.count(), PATIENT).toBe(1 - before);
    await guest.page.reload();
    await reader.settled();
    await expect.poll(() => source.count(), PATIENT).toBe(1 - before);
    expect(await code.getAttribute('aria-expanded')).toBe(String(before === 0));
    expect(await guest.page.getByRole('button', { name: 'Restore the original' }).count()).toBe(0);
    const csv = ['Wall time,Step,Value', ...Array.from({ length: 30 }, (_, i) => `${i},${i + 1},${3 - i / 20}`)].join(
      '\n',
    );
    await reader.frame
      .getByLabel('Your logs')
      .setInputFiles({ name: 'board.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
    await expect.poll(() => reader.cell(9).innerText(), PATIENT).toMatch(/board\.csv\s+30\s+1\.550/);
    await expectSound();
  });

  it('Compression playground: an edit of a cell updates its dependants, is kept, and can be undone', async () => {
    await runs('compression-playground');
    await expectSound();
    const tokens = async (): Promise<number> =>
      Number(/Raw\s+\d+\s+\d+\s+(\d+)/.exec(await reader.cell(8).innerText())?.[1]);
    const before = await tokens();
    await reader.rewrite(4, 'const budget = 128;');
    await expect.poll(tokens, PATIENT).toBeLessThanOrEqual(128 - 24);
    expect(before).toBeGreaterThan(128 - 24);
    const undo = guest.page.getByRole('button', { name: 'Restore the original' });
    await undo.waitFor();

    const methods = async (): Promise<string[][]> =>
      (await reader.cell(22).getByRole('row').allInnerTexts())
        .slice(1)
        .map((row) => row.split('\t').map((each) => each.trim()));
    await expect.poll(async () => (await methods()).at(-1)?.[0], PATIENT).toContain('in 128 tokens');
    const rows = await methods();
    expect(rows.map(([name]) => name)).toEqual([
      expect.stringContaining('Raw'),
      expect.stringContaining('KeyPOS'),
      expect.stringContaining('NoStopwords'),
      'Last 4',
      'First 2 and last 4',
      expect.any(String),
    ]);
    const sent = rows.map((row) => Number(row[2]));
    expect(sent[0]).toBe(Number(rows[0]?.[1]));
    expect(sent[5]).toBeLessThanOrEqual(128);
    for (const less of sent.slice(1)) expect(less).toBeLessThan(sent[0] ?? 0);
    expect(rows[3]?.[3]).toMatch(/^(\d+) of (\d+)$/);
    await expect
      .poll(() => reader.cell(25).getByRole('listitem').count(), PATIENT)
      .toBe(Number(rows[3]?.[3]?.split(' of ')[1]));

    const download = guest.page.waitForEvent('download');
    await guest.page.getByRole('button', { name: 'Export' }).click();
    expect(await readFile(await (await download).path(), 'utf8')).toContain('const budget = 128;');

    await guest.page.reload();
    await expect.poll(tokens, PATIENT).toBeLessThanOrEqual(128 - 24);
    await undo.click();
    await expect.poll(tokens, PATIENT).toBe(before);
    expect(await undo.count()).toBe(0);
    await expectSound();
  });

  it('Which words matter: fetches nothing until Measure is pressed, and the size is read', async () => {
    const asked: string[] = [];
    const note = (request: Request): unknown => asked.push(new URL(request.url()).pathname);
    guest.context.on('request', note);
    await runs('which-words-matter');
    await reader.frame.getByText('Measured before, with Solace 135M.').waitFor();
    await button('Measure').click();
    const wanted = guest.page.getByRole('group', { name: 'The model of this notebook' });
    await wanted.getByText(/Solace 135M, which has to be fetched once: \d+ MB/).waitFor();
    await reader.frame.getByText('The page asks before it fetches one.').waitFor();
    // It is in view wherever the reader is.
    expect(await wanted.evaluate((panel) => panel.getBoundingClientRect().bottom <= innerHeight)).toBe(true);
    expect(await seriousViolations(guest.page)).toEqual([]);
    expect(asked.filter((path) => path.includes('/models/') && /\.(onnx|onnx_data|bin|gguf)/.test(path))).toEqual([]);
    guest.context.off('request', note);
    await expectSound();
    // A question of a notebook ends with it.
    await guest.page.goto(`${lab.url}#/notebooks`);
    await wanted.waitFor({ state: 'detached' });
  });

  async function bring(by: Visit, name: string, html: string): Promise<NotebookReader> {
    const brought = new NotebookReader(by.page);
    await brought.bring(lab.url, name, html);
    return brought;
  }

  it('from a file do not run until the person says so, and then reach nothing', async () => {
    const stranger = await visit(browser, lab.url);
    const answered: string[] = [];
    stranger.context.on('response', (response) => answered.push(new URL(response.url()).hostname));
    const { page } = stranger;
    const brought = await bring(stranger, 'hostile.html', HOSTILE);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('<img src=x');
    expect(await brought.states()).toEqual(['idle', 'idle', 'idle']);
    expect(await page.evaluate(() => 'hostile' in window)).toBe(false);
    expect(await brought.frame.locator('body').getAttribute('data-html')).toBeNull();

    await page.getByRole('button', { name: 'Run this notebook' }).click();
    await expect.poll(() => brought.cell(2).locator('p').count(), PATIENT).toBe(12);
    const outcomes = await brought.cell(2).locator('p').allInnerTexts();
    expect(outcomes.filter((line) => !line.endsWith(': stopped'))).toEqual([]);

    await bring(stranger, 'leaving.html', LEAVING);
    await page.getByRole('button', { name: 'Run this notebook' }).click();
    await expect.poll(() => stranger.errors.join('\n'), PATIENT).toMatch(/frame-src|default-src/);
    expect(page.url()).toContain('#/notebooks/');
    expect(stranger.context.pages()).toHaveLength(1);
    expect(await page.evaluate(() => 'hostile' in window)).toBe(false);
    expect([...new Set(answered)].filter((host) => host !== '127.0.0.1' && host !== '')).toEqual([]);
    await stranger.close();
  });

  it('ask before they read conversations', async () => {
    const asking = await bring(guest, 'asking.html', ASKING);
    const run = guest.page.getByRole('button', { name: 'Run this notebook' });
    const dialog = guest.page.getByRole('dialog', { name: 'Allow this notebook?' });
    await run.click();
    await dialog.getByRole('button', { name: 'Don’t allow' }).click();
    await expect.poll(() => asking.failures(), PATIENT).toEqual([expect.stringContaining('You did not allow')]);

    await guest.page.reload();
    // A click at the moment the dialog opens was meant for something else.
    await clickAllowEarly(guest.page);
    await run.click();
    await guest.page.locator('body[data-early]').waitFor({ state: 'attached' });
    await dialog.getByRole('button', { name: 'Allow', exact: true }).click();
    await expect.poll(() => asking.cell(1).innerText(), PATIENT).toMatch(/\d+ conversations/);
  });

  // Two minutes on two cores, of the suite's ten.
  describe.runIf(takeSlow)('with the embedded model (SOLACE_SLOW=1 runs these)', () => {
    beforeAll(async () => {
      await guest.page.goto(lab.url);
      await new Person(guest.page).loadModel();
    });

    it('Which words matter: measures the loss without each part of speech', async () => {
      await runs('which-words-matter');
      const shown = (): Promise<number[]> =>
        reader
          .cell(13)
          .getByRole('row')
          .evaluateAll((rows) =>
            rows.slice(1).map((row) => Number(row.lastElementChild?.previousElementSibling?.textContent)),
          );
      const shipped = await shown();
      await button('Measure').click();
      await reader.frame.getByText('11 of 11 measured.').waitFor({ timeout: 240_000 });
      await expectSound();
      const losses = await shown();
      expect(losses).toHaveLength(11);
      for (const loss of losses) expect(loss).toBeGreaterThan(0.5);
      expect(new Set(losses).size).toBeGreaterThan(3);
      // What the notebook came with was measured by the same code.
      for (const [i, loss] of losses.entries()) expect(Math.abs(loss - (shipped[i] ?? 0))).toBeLessThan(0.05);
    });

    it('Judging the judge: compares in both orders', async () => {
      await runs('judging-the-judge');
      await expectSound();
      await button('Compare').click();
      // The first pair is enough; closing the notebook stops the second.
      await expect.poll(() => reader.cell(9).getByRole('row').count(), { timeout: 240_000 }).toBeGreaterThan(1);
      expect(await reader.cell(9).innerText()).toMatch(/Of \d answers \d name a reply/);
      await expectSound();
    });

    it('Compression playground: replies from what fits', async () => {
      await runs('compression-playground');
      await reader.rewrite(4, 'const budget = 96;');
      await button('Compare all').click();
      await expect.poll(() => reader.cell(15).getByRole('row').count(), { timeout: 240_000 }).toBe(4);
      await expectSound();
    });

    it('Fine-tune in this tab: lowers the loss', async () => {
      await runs('fine-tune-in-this-tab');
      await expectSound();
      await button('Train').click();
      await expect
        .poll(() => reader.cell(13).innerText(), { timeout: 400_000, interval: 1000 })
        .toContain('The mean loss of a pass went from');
      const [, from, to] = /went from ([\d.]+) to ([\d.]+) nats/.exec(await reader.cell(13).innerText()) ?? [];
      expect(Number(to)).toBeLessThan(Number(from));
      await button('Answer before and after').click();
      await expect.poll(() => reader.cell(19).getByRole('row').count(), { timeout: 240_000, interval: 1000 }).toBe(3);
      await expectSound();
    });

    it.skipIf(!takeSlow)('Judging the judge: scores replies (SOLACE_SLOW=1 runs this journey)', async () => {
      await runs('judging-the-judge');
      await button('Judge').click();
      await expect.poll(() => reader.cell(14).getByRole('row').count(), { timeout: 460_000 }).toBe(4);
      await expectSound();
    });
  });
});
