import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { Endpoint } from './harness/endpoint.ts';
import { useEndpointVisit } from './harness/endpoint-lab.ts';
import { storedText } from './harness/stored-text.ts';

const TURNS = 24;
const HOSTILE = '<img src=x onerror="window.pwned = 1"><script>window.pwned = 1</script>';

// An endpoint replies immediately and always the same; the metrics are real.
describe('evaluation runs', () => {
  const at = useEndpointVisit();

  it('a run whose tab is killed resumes to the table of an uninterrupted run', async () => {
    const { endpoint, guest } = at;
    await plan(guest.page, endpoint, 'Left alone');
    await guest.page.getByRole('progressbar', { name: 'Not started yet' }).waitFor();
    await guest.page.getByRole('button', { name: 'Start' }).click();
    await finished(guest.page);
    const expected = await tableOf(guest.page);
    expect(expected.length).toBeGreaterThan(2);

    await plan(guest.page, endpoint, 'Killed');
    endpoint.pause = 700;
    await guest.page.getByRole('button', { name: 'Start' }).click();
    const address = guest.page.url();
    await expect.poll(() => doneOf(guest.page), { timeout: 60_000 }).toBeGreaterThan(3);
    const session = await guest.context.newCDPSession(guest.page);
    const crashed = guest.page.waitForEvent('crash');
    void session.send('Page.crash').catch(() => undefined);
    await crashed;
    await guest.page.close();

    const page = await guest.context.newPage();
    await page.goto(address);
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    await page.getByRole('progressbar', { name: 'Paused' }).waitFor();
    const before = await doneOf(page);
    endpoint.pause = 0;
    expect(before).toBeGreaterThan(3);
    const asked = endpoint.seen.length;
    await page.getByRole('button', { name: 'Resume' }).click();
    await finished(page);
    expect(await tableOf(page)).toEqual(expected);
    // Finished work is not repeated.
    expect(endpoint.seen.length - asked).toBe(TURNS - before);
  });

  it('is refused to a second tab while one works on it', async () => {
    const { endpoint, guest } = at;
    await plan(guest.page, endpoint, 'Once');
    endpoint.manner = 'silent';
    await guest.page.getByRole('button', { name: 'Start' }).click();
    await guest.page.getByText('Answering').or(guest.page.getByText('Loading the model')).waitFor();
    const second = await guest.context.newPage();
    await second.goto(guest.page.url());
    await second.getByRole('button', { name: /Start|Resume/ }).click();
    await second.getByRole('alert').getByText('Another tab is working on this run').waitFor();
    await guest.page.getByRole('button', { name: 'Pause' }).click();
    endpoint.manner = 'answers';
    // It has no record yet and was started all the same, also in the eyes of another visit.
    for (const page of [guest.page, second]) {
      if (page === second) await page.reload();
      await page.getByRole('progressbar', { name: 'Paused' }).waitFor();
      expect(await doneOf(page)).toBe(0);
      await page.getByRole('button', { name: 'Resume' }).waitFor();
    }
    await second.getByRole('button', { name: /Start|Resume/ }).click();
    await finished(second);
  });

  it('stops where no room is left, resumes when there is, and shows a history beside the representations', async () => {
    const { endpoint, guest } = at;
    await plan(guest.page, endpoint, 'Full', /^\s*Last 4/);
    // The browser's own quota error, for every record but the first two.
    await guest.page.evaluate(() => {
      const put = IDBObjectStore.prototype.put;
      let records = 0;
      IDBObjectStore.prototype.put = function (...args) {
        if (this.name === 'records' && ++records > 2) throw new DOMException('Full.', 'QuotaExceededError');
        return put.apply(this, args);
      };
      Object.assign(window, { makeRoom: () => (IDBObjectStore.prototype.put = put) });
    });
    await guest.page.getByRole('button', { name: 'Start' }).click();
    await guest.page.getByRole('alert').getByText('There is no room left to save runs').waitFor();
    await expect.poll(() => doneOf(guest.page)).toBe(2);
    await guest.page.evaluate(() => (window as unknown as { makeRoom: () => void }).makeRoom());
    await guest.page.getByRole('button', { name: 'Resume' }).click();
    await finished(guest.page);
    expect((await tableOf(guest.page)).map(([, context]) => context)).toEqual(
      expect.arrayContaining([expect.stringContaining('Last 4')]),
    );
    // The system prompt, and at most the four newest utterances.
    expect(
      endpoint.seen.filter(({ body }) => body.messages.filter(({ role }) => role !== 'system').length <= 4).length,
    ).toBeGreaterThanOrEqual(TURNS / 3);
  });

  it('lets a person rate blind, keeps each choice and counts them', async () => {
    const { endpoint, guest } = at;
    await plan(guest.page, endpoint, 'Rated');
    await guest.page.getByRole('button', { name: 'Start' }).click();
    await finished(guest.page);
    const begin = async () => {
      await guest.page.getByText('Rate replies blind').click();
      await guest.page.getByLabel('Your name or initials').fill('A');
      await guest.page.getByTestId('start-rating').click();
    };
    await begin();
    await guest.page.getByRole('region', { name: 'Comparison 1 of' }).waitFor();
    await guest.page.getByRole('radiogroup', { name: 'Comforting' }).getByRole('radio', { name: 'Left' }).check();
    await guest.page.getByRole('button', { name: 'Next' }).click();
    await guest.page.getByRole('radiogroup', { name: 'Comforting' }).getByRole('radio', { name: 'Equal' }).check();
    await expect.poll(() => storedText(guest.page)).toMatch(/comforting[\\"]+:[\\"]+tie/);
    await guest.page.reload();
    // Two are rated, so the third is next.
    await begin();
    await guest.page.getByRole('region', { name: 'Comparison 3 of' }).waitFor();
    await guest.page.getByRole('button', { name: 'Show the result' }).click();
    const row = guest.page
      .getByRole('table', { name: 'What people preferred' })
      .getByRole('row', { name: 'Comforting' });
    const [first, second, equal] = (await row.getByRole('cell').allInnerTexts()).map(Number);
    expect((first ?? 0) + (second ?? 0)).toBe(1);
    expect(equal).toBe(1);
    expect(JSON.parse(await download(guest.page, 'Export my ratings'))).toMatchObject({
      format: 'solace-lab-ratings',
      rater: 'A',
    });
  });

  it('can be exported, imported, compared and shared, with hostile text as text', async () => {
    const { endpoint, guest } = at;
    await plan(guest.page, endpoint, 'Travels');
    await guest.page.getByRole('button', { name: 'Start' }).click();
    await finished(guest.page);
    const table = await tableOf(guest.page);
    const exported = await download(guest.page, 'Export');
    const poisoned = join(tmpdir(), `run-${process.pid}.json`);
    await writeFile(
      poisoned,
      exported
        .replaceAll('"hypothesis":"', `"hypothesis":${JSON.stringify(HOSTILE).slice(0, -1)} `)
        .replace('"Travels"', JSON.stringify(`Back ${HOSTILE}`)),
    );

    await guest.page.getByRole('link', { name: 'All runs' }).click();
    await guest.page.getByLabel('Import a run').setInputFiles(poisoned);
    await guest.page.getByRole('heading', { level: 1, name: /Back/ }).waitFor();
    await guest.page.getByRole('region', { name: 'Results by model' }).waitFor();
    // The scores are from the file; corpus metrics are computed from the changed texts.
    expect((await tableOf(guest.page))[1]?.slice(0, 4)).toEqual(table[1]?.slice(0, 4));

    await guest.page.getByLabel('Include the replies').check();
    const html = await download(guest.page, 'Share as a page');
    const shared = await guest.context.newPage();
    await shared.setContent(html);
    expect(await shared.getByRole('heading', { level: 1 }).innerText()).toContain('<script>');
    expect(await shared.evaluate(() => 'pwned' in window)).toBe(false);
    expect(await download(guest.page, 'CSV')).toContain('onerror');

    await guest.page.getByRole('link', { name: 'All runs' }).click();
    const boxes = guest.page.getByRole('list', { name: 'Runs' }).getByRole('checkbox');
    await expect.poll(() => boxes.count()).toBeGreaterThan(1);
    for (const box of await boxes.all()) await box.check();
    await guest.page.getByRole('button', { name: 'Compare', exact: true }).click();
    await guest.page.getByRole('list', { name: 'Significance tests' }).waitFor();
    expect(await guest.page.evaluate(() => 'pwned' in window)).toBe(false);
    expect(guest.errors).toEqual([]);
  });
});

/**
 * Plans a run over 24 turns: 8 dialogues, one turn each, 3 conditions; `history` replaces one of them.
 */
async function plan(page: Page, { model }: Endpoint, name: string, history?: RegExp): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: 'Runs' }).click();
  if (!(await page.getByRole('button', { name: 'Plan the run' }).isVisible())) {
    await page
      .getByRole('link', { name: 'All runs' })
      .click({ timeout: 3000 })
      .catch(() => undefined);
  }
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Dialogues, drawn at random').fill('8');
  await page.getByLabel('Turns per dialogue').fill('1');
  for (const box of await page.getByRole('group', { name: 'Models' }).getByRole('checkbox').all()) await box.uncheck();
  await page.getByRole('group', { name: 'Models' }).getByLabel(model).first().check();
  if (history) {
    await page.getByRole('group', { name: 'Compression of utterances' }).getByLabel('KeyPOS').uncheck();
    await page.getByRole('group', { name: 'Compression of the history' }).getByLabel(history).check();
    await page.getByRole('group', { name: 'In addition to BLEU' }).getByLabel('METEOR').uncheck();
  }
  await page.getByRole('button', { name: 'Plan the run' }).click();
  const [heading, problem] = [page.getByRole('heading', { level: 1, name }), page.getByRole('main').getByRole('alert')];
  await heading.or(problem).waitFor();
  if (await problem.isVisible()) throw new Error(await problem.innerText());
}

async function finished(page: Page): Promise<void> {
  await page.getByText(`${TURNS} of ${TURNS}`).waitFor({ timeout: 120_000 });
  await page.getByText('Finished').waitFor();
}

async function doneOf(page: Page): Promise<number> {
  return Number(/(\d+) of \d+/.exec(await page.getByRole('main').innerText())?.[1] ?? 0);
}

/** The table's cells, row by row, once no newer ones are being computed. */
async function tableOf(page: Page): Promise<string[][]> {
  await page.locator('section[aria-label="Results"][aria-busy="false"]').waitFor();
  return page
    .getByRole('region', { name: 'Results by model' })
    .locator('tr')
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
}

async function download(page: Page, button: string): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button, exact: true }).click(),
  ]);
  return readFile(await file.path(), 'utf8');
}
