import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { startEndpoint } from './harness/endpoint.ts';
import { NotebookReader } from './harness/notebook.ts';
import { isInSight } from './harness/in-sight.ts';
import { overhangs } from './harness/overhang.ts';
import { Person } from './harness/person.ts';
import { useLab } from './harness/use-lab.ts';
import { visibleWords } from './harness/visible-words.ts';
import { visit, type Visit } from './harness/visit.ts';

// No model is loaded here: links, the tour and the explanations must work without one.
describe('what a teacher shares', () => {
  const at = useLab();

  /** Opens an address in a fresh profile; the clipboard is readable there. */
  const fresh = (address: string): Promise<Visit> =>
    visit(at.browser, address, { profile: { permissions: ['clipboard-read', 'clipboard-write'] } });
  const copied = async (page: Page): Promise<string> => {
    await page.getByRole('button', { name: 'Copy link' }).first().click();
    await page.getByRole('button', { name: 'Copied' }).first().waitFor();
    return page.evaluate(() => navigator.clipboard.readText());
  };

  it('chat settings: the link opens the same settings in a fresh profile, and can be undone', async () => {
    const teacher = await fresh(at.lab.url);
    await new Person(teacher.page).represent('keypos');
    await teacher.page.getByRole('tab', { name: 'Settings' }).click();
    await teacher.page.getByTestId('decoding-temperature').fill('0.2');
    await teacher.page.keyboard.press('Enter');
    const link = await copied(teacher.page);
    await teacher.close();

    const student = await fresh(link);
    const keypos = student.page.locator('input[type=radio][value=keypos]');
    await student.page.getByRole('complementary', { name: 'About the link' }).waitFor();
    expect(await keypos.isChecked()).toBe(true);
    await student.page.getByRole('tab', { name: 'Settings' }).click();
    expect(await student.page.getByTestId('decoding-temperature').inputValue()).toBe('0.2');
    await student.page.getByRole('complementary', { name: 'About the link' }).getByText('Undo').click();
    expect(await keypos.isChecked()).toBe(false);
    expect(student.errors).toEqual([]);
    await student.close();
  });

  it('a dialogue opens in the chat and in Compare from a turn, and a comparison with its replies', async () => {
    const { page, errors, close } = await fresh(`${at.lab.url}#/data`);
    await page.getByRole('list', { name: 'Dialogues' }).getByRole('link').first().click();
    const turn = page.getByRole('article').getByRole('listitem').nth(2);
    const said = await turn.locator('.text').innerText();
    await turn.hover();
    await page.getByRole('link', { name: 'Compare from turn 3' }).click();
    await page.getByTestId('compare-message').waitFor();
    await expect.poll(() => page.getByTestId('compare-message').inputValue()).toBe(said);
    // The ready-made comparisons need no model.
    await page.getByRole('button', { name: /^Small words can turn the meaning/ }).click();
    const replies = page.locator('[data-testid^="compared-"] .reply');
    const texts = await replies.allInnerTexts();
    expect(texts.filter((text) => text.length > 10)).toHaveLength(3);
    // A finished reply is followed by what the model saw, which unfolds under all three at once.
    const first = page.getByTestId('compared-raw');
    const gap = await first.evaluate((column) => {
      const [reply, saw] = [column.querySelector('.reply'), column.querySelector('details')];
      return (saw?.getBoundingClientRect().top ?? 0) - (reply?.getBoundingClientRect().bottom ?? 0);
    });
    expect(gap).toBeLessThan(24);
    await first.getByText('What the model saw').click();
    await expect.poll(() => page.locator('[data-testid^="compared-"] details[open]').count()).toBe(3);
    const link = await copied(page);

    const student = await fresh(link);
    await student.page.locator('[data-testid^="compared-"] .reply').first().waitFor();
    expect(await student.page.locator('[data-testid^="compared-"] .reply').allInnerTexts()).toEqual(texts);
    await student.page.getByRole('button', { name: 'Keep it in this browser' }).click();
    await student.page.getByRole('heading', { name: 'Earlier comparisons' }).waitFor();
    expect(student.errors).toEqual([]);
    await student.close();

    await page.goto(`${at.lab.url}#/data/solace~dialogue%201`);
    await page.getByRole('link', { name: 'Chat from turn 4' }).click();
    await expect.poll(() => page.locator('[data-testid^="entry-"]').count()).toBe(4);
    await page.reload();
    await expect.poll(() => page.locator('[data-testid^="entry-"]').count()).toBe(4);
    expect(errors).toEqual([]);
    await close();
  });

  it('a link to what is not here says what is missing', async () => {
    const { page, close } = await fresh(`${at.lab.url}#/chat?dialogue=mine~d1&model=own`);
    const note = page.getByRole('complementary', { name: 'About the link' });
    await note.getByText('The dialogue “d1” is not in this browser').waitFor();
    await note.getByText('The model “own” is not in this browser').waitFor();
    await page.goto(`${at.lab.url}#/chat/5c2a7c3e-0000-4000-8000-000000000000`);
    await page.getByText('This conversation is not in this browser.').waitFor();
    await close();
  });

  it('a notebook opens with the inputs of its link', async () => {
    const { page, close } = await fresh(`${at.lab.url}#/notebooks/compression-playground`);
    const reader = new NotebookReader(page);
    const budget = (frame = reader.frame) => frame.locator('input[type=number]').first();
    await budget().fill('320');
    // The slider and what it draws are on one screen, without code between them.
    const drawn = reader.frame.locator('svg:has([aria-label="bar"])').first();
    const [slider, chart] = await Promise.all([budget().boundingBox(), drawn.boundingBox()]);
    expect((chart?.y ?? Infinity) + (chart?.height ?? 0) - (slider?.y ?? 0)).toBeLessThan(720);
    // What can be chosen ends before the arrow.
    const choice = reader.frame.locator('select').first();
    expect(await choice.evaluate((each) => getComputedStyle(each).paddingInlineEnd)).toBe('24px');
    await choice.selectOption({ index: 3 });
    const chosen = await reader.frame.locator('select option:checked').first().innerText();
    const link = await copied(page);
    await close();
    const student = await fresh(link);
    const other = new NotebookReader(student.page);
    await expect.poll(() => other.frame.locator('select option:checked').first().innerText()).toBe(chosen);
    await expect.poll(() => budget(other.frame).inputValue()).toBe('320');
    await student.close();
    const missing = await fresh(`${at.lab.url}#/notebooks/loss-curves?inputs=%7B%22Nothing%22%3A%221%22%7D`);
    await missing.page.getByText('“Nothing” of the link is not offered').waitFor();
    await missing.close();
  });

  it('the tour runs without a model, is left and resumed, and fits 320 px', async () => {
    const { page, errors, close } = await fresh(at.lab.url);
    await page.setViewportSize({ width: 320, height: 640 });
    await page.getByRole('link', { name: 'Take the tour' }).click();
    await page.locator('del').first().waitFor();
    expect(await overhangs(page)).toEqual([]);
    await page.getByRole('link', { name: 'Next' }).click();
    await expect.poll(() => page.locator('[data-testid^="compared-"]').count()).toBe(3);
    expect(await overhangs(page)).toEqual([]);
    await page.getByRole('link', { name: 'Leave the tour' }).click();
    await page.getByRole('link', { name: 'Continue the tour at stop 2 of 3' }).click();
    await page.getByRole('link', { name: 'Next' }).click();
    const fits = page.getByRole('status').getByRole('listitem');
    await page.getByRole('slider').fill('0');
    const [raw = '', keypos = ''] = await fits.allInnerTexts();
    const turns = (text: string): number => Number(/(\d+) of \d+ turns/.exec(text)?.[1]);
    expect(turns(keypos)).toBeGreaterThan(turns(raw));
    expect(await overhangs(page)).toEqual([]);
    await page.getByRole('link', { name: 'Try it with your own words' }).click();
    // It leads on: the message of the tour waits to be written over, within the same conversation.
    const message = page.getByTestId('compare-message');
    await page.getByText('Now your own words:').waitFor();
    await expect.poll(() => message.evaluate((field) => field === document.activeElement)).toBe(true);
    expect(await message.inputValue()).not.toBe('');
    expect(await message.evaluate((field) => field.scrollHeight - field.clientHeight)).toBeLessThan(2);
    expect(await page.locator('[data-testid^="compared-"]').count()).toBe(3);
    expect(await overhangs(page)).toEqual([]);
    await page.getByRole('banner').getByRole('button', { name: 'Menu' }).click();
    await page.getByTestId('view-chat').last().click();
    await page.getByRole('link', { name: 'Take the tour' }).waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  it('two minutes are enough to read the way to what KeyPOS drops and costs', async () => {
    const { page, errors, close } = await visit(at.browser, at.lab.url, { quiet: true });
    await page.getByRole('link', { name: 'Take the tour' }).waitFor();
    let words = await visibleWords(page, 'Take the tour');
    expect(words).toBeGreaterThan(50);
    await page.getByRole('link', { name: 'Take the tour' }).click();
    // What it drops: the negation.
    await page.locator('del').first().waitFor();
    const dropped = await page.getByText('the face').locator('del').allTextContents();
    expect(dropped.map((text) => text.trim())).toContain("don't");
    words += await visibleWords(page);
    await page.getByRole('link', { name: 'Next' }).click();
    // What it costs: the reply, and the average of a run. What was not measured is not listed.
    await page.getByText('perplexity rises by 18 %').waitFor();
    expect(await page.getByTestId('compared-keypos').getByRole('term').allInnerTexts()).toEqual(['Prompt']);
    words += await visibleWords(page);
    expect(await page.getByRole('heading', { name: 'What it answers' }).evaluate(isInSight)).toBe(true);
    // 120 s at 230 words a minute.
    expect(words).toBeLessThan(460);
    expect(errors).toEqual([]);
    await close();
  });

  it('a term is explained where it is chosen, with the person’s own words, by keyboard', async () => {
    const { page, errors, close } = await fresh(at.lab.url);
    await new Person(page).messageField.fill('I do not want to lose my cat');
    const ask = page.getByRole('button', { name: 'What is this: compression' });
    await ask.press('Enter');
    const about = page.getByRole('group', { name: 'About compression' });
    await about.getByText('Leveraging Large Language Models').waitFor();
    // The same sentence under all three.
    for (const id of ['raw', 'keypos', 'nostopwords'])
      await about.locator(`[data-representation=${id}]`).getByText('lose my cat').waitFor();
    await about.locator('[data-representation=nostopwords] del').first().waitFor();
    expect(await about.locator('[data-representation=nostopwords] del').first().innerText()).toContain('I do not');
    await page.keyboard.press('Escape');
    await about.waitFor({ state: 'hidden' });
    expect(await ask.evaluate((button) => button === document.activeElement)).toBe(true);
    expect(errors).toEqual([]);
    await close();
  });

  it('the chat is quiet at first; Lab view shows the tools, and is kept', async () => {
    const { page, errors, close } = await visit(at.browser, at.lab.url, { quiet: true });
    await page.getByTestId('composer').waitFor();
    expect(await page.locator('input[type=radio][value=keypos]').count()).toBe(0);
    expect(await page.getByRole('tab', { name: 'What the model sees' }).count()).toBe(0);
    await page.getByTestId('lab-view').click();
    await page.getByRole('tab', { name: 'What the model sees' }).waitFor();
    await new Person(page).represent('keypos');
    await page.reload();
    await page.getByRole('tab', { name: 'What the model sees' }).waitFor();
    await page.getByTestId('lab-view').click();
    // Compression is never applied without a word.
    await page.getByText('KeyPOS leaves words out of what the model reads.').waitFor();
    expect(errors).toEqual([]);
    await close();
  });

  it('a reply is shown as Markdown, copied as it came, and rated', async () => {
    const endpoint = await startEndpoint();
    endpoint.answer = () =>
      'שבוע! Try **three** [things](https://example.org) <b>now</b>:\n- rest\n- [no](javascript:alert(1))\n' +
      '| Habit | Helps |\n| --- | --- |\n| Walk | a lot |\n# שבוע';
    const { page, errors, close } = await visit(at.browser, at.lab.url, {
      quiet: true,
      profile: { permissions: ['clipboard-read', 'clipboard-write'] },
    });
    const person = new Person(page);
    await person.addEndpoint(endpoint);
    await person.goTo('chat');
    await person.ask('What helps?');
    const reply = person.replies.last();
    expect(await reply.locator('strong').innerText()).toBe('three');
    expect(await reply.getByRole('listitem').allInnerTexts()).toEqual(['rest', '[no](javascript:alert(1))']);
    expect(await reply.getByRole('link').evaluateAll((links) => links.map((link) => link.getAttribute('rel')))).toEqual(
      ['noopener noreferrer'],
    );
    expect(await reply.locator('b').count()).toBe(0);
    expect(await reply.getByRole('cell').allInnerTexts()).toEqual(['Walk', 'a lot']);
    // Each block is laid out in the direction of most of its letters, whatever its first word.
    const directions = await reply
      .locator('.markdown > *')
      .evaluateAll((all: HTMLElement[]) => all.map(({ dir }) => dir));
    expect(directions).toEqual(['ltr', 'ltr', '', 'rtl']);
    expect(await reply.locator('.numbers').count()).toBe(0);
    await reply.getByRole('button', { name: 'Copy as Markdown' }).click();
    await reply.getByText('Copied').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(endpoint.answer(''));
    await reply.getByRole('button', { name: 'This reply did not help' }).click();
    await reply.getByPlaceholder('Why? Stays in this browser.').fill('a list');
    await page.keyboard.press('Enter');
    await page.reload();
    expect(await reply.getByRole('button', { name: 'This reply did not help' }).getAttribute('aria-pressed')).toBe(
      'true',
    );
    expect(errors).toEqual([]);
    await close();
    await endpoint.close();
  });

  it('presents in large type, steps with arrow keys, and a comparison prints on one page', async () => {
    const { page, errors, close } = await fresh(at.lab.url);
    await page.getByRole('button', { name: 'Present' }).click();
    await page.getByRole('toolbar', { name: 'Presentation' }).waitFor();
    expect(await page.getByRole('banner').count()).toBe(0);
    await page.locator('h2').first().click();
    for (const heading of ['What the model sees', 'What it answers', 'What still fits']) {
      await page.keyboard.press('ArrowRight');
      await page.getByRole('heading', { name: heading }).waitFor();
    }
    expect(await overhangs(page)).toEqual([]);
    await page.keyboard.press('ArrowRight');
    await page.getByText('The link holds the messages').waitFor();
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize)).toBe('24px');
    await page.keyboard.press('Escape');
    await page.getByRole('banner').waitFor();
    const pdf = await page.pdf({ format: 'A4', preferCSSPageSize: false });
    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
    expect(errors).toEqual([]);
    await close();
  });

  it('figures are saved as PNG, SVG and CSV, and tables as CSV', async () => {
    const { page, errors, close } = await fresh(`${at.lab.url}#/data`);
    await page.getByRole('tab', { name: 'Statistics' }).click();
    const figure = page.getByRole('figure').first();
    const saved = async (button: Locator): Promise<Buffer> => {
      const download = page.waitForEvent('download');
      await button.click();
      return readFile(await (await download).path());
    };
    expect([...(await saved(figure.getByText('PNG'))).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);
    expect((await saved(figure.getByText('SVG'))).toString()).toContain('<svg ');
    expect((await saved(figure.getByText('CSV'))).toString().split('\r\n').length).toBeGreaterThan(3);
    const table = (await saved(page.getByText('Save the table as CSV').first())).toString();
    expect(table).toContain('Dialogues,1008');
    expect(errors).toEqual([]);
    await close();
  });
});
