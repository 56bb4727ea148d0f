import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { writeRunFile } from '../src/core/table/run-file.ts';
import { madeUpPlan, madeUpRecord, madeUpVerdict } from '../src/core/explorer/testing/made-up-run.ts';
import { seriousViolations } from './harness/axe.ts';
import { overhangs } from './harness/overhang.ts';
import { useLab } from './harness/use-lab.ts';
import { visit } from './harness/visit.ts';

/** Records of the run of somebody else: two models under three conditions, of dialogues that are not in the lab. */
const FOREIGN = Array.from({ length: 24 }, (_, d) =>
  ['base', 'tuned'].flatMap((model) =>
    ['raw', 'keypos', 'nostopwords'].map((representation, c) =>
      madeUpRecord({
        model,
        representation,
        dialogue: `dialogue ${d + 1}`,
        hypothesis: d === 7 ? 'The same.' : `You feel ${['low', 'sad', 'tired'][c] ?? ''} <b>today</b> ${d}.`,
        scores: { rougeL: d / 100 + c / 10 },
      }),
    ),
  ),
).flat();
const VERDICT = madeUpVerdict({ dialogue: 'dialogue 3', answers: ['{"engagement": 4, "comforting": 3}'] });

describe('the run explorer', () => {
  const at = useLab();

  it('leads a reviewer from a committed run to a turn, and its link into a fresh profile', async () => {
    const { page, errors, close } = await visit(at.browser, `${at.lab.url}#/runs`);
    await page.getByRole('list', { name: 'Committed runs' }).getByRole('link', { name: 'The built-in' }).click();
    await found(page, '432 replies to 72 turns');
    await page.getByLabel('KeyPOS').uncheck();
    await found(page, '288 replies to 72 turns, of 432 replies');
    await page.getByRole('button', { name: 'Perplexity' }).click();
    await page.locator('th[aria-sort="ascending"]').waitFor();
    await page.getByLabel('Scene').selectOption({ index: 1 });
    await page.getByText(/^\d+ replies to \d+ turns?, of 432 replies/).waitFor();
    // The keyboard moves between rows and opens one.
    const links = page.getByTestId('explorer-table').getByRole('rowheader').getByRole('link');
    await links.first().focus();
    await page.keyboard.press('ArrowDown');
    const name = await links.nth(1).innerText();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(name);
    await page.keyboard.press('Enter');
    await page.getByTestId('context-agrees').waitFor();
    const seen = await turnOf(page);
    expect(seen.heading).toContain(name.split(',')[0]);
    expect(seen.context.length).toBeGreaterThan(0);
    expect(await seriousViolations(page)).toEqual([]);

    const stranger = await visit(at.browser, page.url(), { profile: { viewport: { width: 320, height: 640 } } });
    await stranger.page.getByTestId('context-agrees').waitFor();
    expect(await turnOf(stranger.page)).toEqual(seen);
    expect(await overhangs(stranger.page)).toEqual([]);
    // On a phone, the first number is seen before anybody scrolls sideways.
    await stranger.page.getByRole('link', { name: 'All replies' }).click();
    const results = stranger.page.getByRole('region', { name: 'Results' }).locator('td.number');
    for (const cells of [stranger.page.getByTestId('explorer-table').getByRole('cell'), results]) {
      const cell = cells.first();
      expect(await cell.innerText()).toMatch(/\d/);
      const hidden = await cell.evaluate((td) => {
        const edge = td.parentElement?.closest('[role=region]')?.getBoundingClientRect().right ?? 0;
        return Math.max(0, td.getBoundingClientRect().right - edge);
      });
      expect(hidden).toBe(0);
    }
    expect([...errors, ...stranger.errors]).toEqual([]);
    await stranger.close();

    await page.getByRole('link', { name: 'All replies' }).click();
    await page.getByRole('radio', { name: 'Distribution' }).check();
    await page.getByRole('img', { name: /^Distribution of/ }).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    const [svg] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as SVG' }).click(),
    ]);
    expect(await readFile(await svg.path(), 'utf8')).toMatch(/^<svg.*Raw: median/s);
    const [png] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as PNG' }).click(),
    ]);
    expect((await readFile(await png.path())).subarray(1, 4).toString()).toBe('PNG');
    await close();
  });

  it('opens the file of somebody else: differences, verdicts, another run beside it, a part exported', async () => {
    const file = join(tmpdir(), `foreign-${process.pid}.json`);
    const judge = { id: 'gpt', name: 'A judge', rounds: 1, begunAt: 1 };
    await writeFile(file, writeRunFile(madeUpPlan(), FOREIGN.length, FOREIGN, [judge], [VERDICT]));
    const { page, errors, close } = await visit(at.browser, `${at.lab.url}#/runs`);
    for (let copy = 0; copy < 2; copy++) {
      await page.getByLabel('Import a run').setInputFiles(file);
      await found(page, '144 replies to 24 turns');
      if (copy === 0) await page.getByRole('link', { name: 'All runs' }).click();
    }
    await page.getByLabel('whose replies differ between conditions').check();
    await found(page, '138 replies to 23 turns, of 144 replies');
    await page.getByTestId('explorer-words').fill('"low <b>today</b> 2."');
    await found(page, '2 replies to 1 turn, of 144 replies');
    await page.getByLabel('Compare with').selectOption({ label: 'Made up' });
    await page.getByRole('button', { name: 'Difference' }).waitFor();
    const [exported] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export as JSON' }).click(),
    ]);
    expect(JSON.parse(await readFile(await exported.path(), 'utf8'))).toMatchObject({ total: 2, verdicts: [VERDICT] });

    await page.getByTestId('explorer-table').getByRole('rowheader').getByRole('link').first().click();
    await page.getByTestId('context-missing').getByText('is not in this browser').waitFor();
    const keypos = page.getByTestId('reply-keypos').first();
    expect(await keypos.locator('ins').allInnerTexts()).toEqual(['sad']);
    expect(await keypos.locator('b').count()).toBe(0);
    await page.getByRole('radio', { name: 'Nothing' }).check();
    await expect.poll(() => keypos.locator('ins').count()).toBe(0);
    // Three conditions of two models, and as many of the other run.
    expect(await page.getByTestId('reply-keypos').count()).toBe(4);
    await page.getByText('Its answer, word for word').click();
    await page.getByText('{"engagement": 4, "comforting": 3}').waitFor();
    expect(errors).toEqual([]);
    await close();
  });
});

const found = (page: Page, words: string) =>
  page.getByTestId('explorer-found').getByText(words, { exact: true }).waitFor();

/** What a reader sees of an open turn. */
async function turnOf(page: Page): Promise<{ heading: string; context: string[]; agrees: string }> {
  return {
    heading: await page.getByRole('heading', { level: 2 }).innerText(),
    context: await page.getByRole('list', { name: 'The context as sent' }).getByRole('listitem').allInnerTexts(),
    agrees: await page.getByTestId('context-agrees').innerText(),
  };
}
