import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { EXPLORER_VIEWS } from '../src/core/explorer/address.ts';
import { seriousViolations } from './harness/axe.ts';
import { englishSentences, leftInEnglish } from './harness/left-in-english.ts';
import { overhangs } from './harness/overhang.ts';
import { Person } from './harness/person.ts';
import { takeSlow } from './harness/slow.ts';
import { useLab } from './harness/use-lab.ts';
import { visibleWords } from './harness/visible-words.ts';
import { visit } from './harness/visit.ts';

const LOCALES = { de: 'de-DE', es: 'es-ES' } as const;
type Other = keyof typeof LOCALES;

const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 320, height: 640 };

/** Views, what shows that each is complete, and the tabs to open one after the other. */
const VIEWS: { hash: string; shown: string; tabs?: string[] }[] = [
  { hash: '#/compare?example=1', shown: '[data-testid="compared-nostopwords"] .reply' },
  { hash: '#/data/solace-test~dialogue%2078', shown: 'article li', tabs: ['address', 'statistics'] },
  { hash: '#/models', shown: '[data-testid="larger-models"] p:not(.hint)', tabs: ['address', 'webllm', 'endpoint'] },
];

/** English that is left, what axe finds, and what extends beyond the edge, each with the place. */
async function faults(page: Page, language: Other, place: string): Promise<string[]> {
  const found = [
    ...(await leftInEnglish(page, language)).map((text) => `in English: ${text}`),
    ...(await overhangs(page)).map((text) => `scrolls sideways: ${text}`),
    ...(language === 'de' ? await seriousViolations(page, 'main') : []),
  ];
  return found.map((fault) => `${place}, ${fault}`);
}

// German has the longer words; that Spanish says everything is what texts.test.ts holds.
const LANGUAGES = takeSlow ? (['de', 'es'] as const) : (['de'] as const);

describe.each(LANGUAGES)('in %s (SOLACE_SLOW=1 adds Spanish)', (language) => {
  const at = useLab();

  it('Lab view and its terms leave nothing in English, and fit', async () => {
    const profile = { locale: LOCALES[language], viewport: WIDE };
    const guest = await visit(at.browser, `${at.lab.url}#/chat?temperature=0.2&overflow=drop&bestOf=4`, { profile });
    const { page } = guest;
    const person = new Person(page);
    const found: string[] = [];
    await person.messageField.fill('I do not want to lose my cat');
    await person.represent('keypos');
    await page.locator('[role=tabpanel] input[type=checkbox]').nth(1).uncheck();
    await person.dropped.first().waitFor();
    found.push(...(await faults(page, language, 'What the model sees')));
    await page.getByTestId('tab-settings').click();
    await page.getByTestId('system-prompt').waitFor();
    found.push(...(await faults(page, language, 'Settings')));
    const asks = page.locator('button.ask:visible');
    let terms = 0;
    for (const tab of ['settings', 'context']) {
      await page.getByTestId(`tab-${tab}`).click();
      for (const folded of await page.locator('main details:not([open]) > summary').all()) await folded.click();
      for (const ask of await asks.all()) {
        await ask.press('Enter');
        const panel = page.locator('[popover]:popover-open');
        await panel.locator('cite').waitFor();
        found.push(...(await leftInEnglish(page, language, '[popover]:popover-open')));
        await page.keyboard.press('Escape');
        await panel.waitFor({ state: 'hidden' });
        terms++;
      }
    }
    expect(terms).toBeGreaterThan(10);
    expect(found).toEqual([]);
    expect(guest.errors).toEqual([]);
    await guest.close();
  });

  it('the tour leaves nothing in English, and fits 320 px', async () => {
    const profile = { locale: LOCALES[language], viewport: NARROW };
    const guest = await visit(at.browser, `${at.lab.url}#/tour/1`, { profile });
    const { page } = guest;
    const found: string[] = [];
    const words: number[] = [];
    for (const [stop, shown] of [
      ['1', 'del'],
      ['2', '[data-testid^="compared-"]'],
      ['3', '[role=status] li'],
    ] as const) {
      await page.goto(`${at.lab.url}#/tour/${stop}`);
      await page.locator(shown).first().waitFor();
      found.push(...(await faults(page, language, `Stop ${stop}`)));
      words.push(await visibleWords(page));
    }
    expect(found).toEqual([]);
    // What KeyPOS drops and costs: 90 s at 230 words a minute.
    expect((words[0] ?? NaN) + (words[1] ?? NaN)).toBeLessThan(345);
    expect(guest.errors).toEqual([]);
    await guest.close();
  });

  it('Runs, Notebooks and About leave nothing in English, and fit 320 px', async () => {
    const profile = { locale: LOCALES[language], viewport: NARROW };
    const guest = await visit(at.browser, 'about:blank', { profile });
    const { page } = guest;
    const found: string[] = [];
    const look = async (place: string, shown: string) => {
      await page.locator(shown).first().waitFor();
      found.push(...(await faults(page, language, place)), ...(await englishSentences(page)));
    };
    for (const { hash, shown } of [
      { hash: '#/about', shown: 'main dl' },
      { hash: '#/notebooks', shown: 'main li a' },
      { hash: '#/notebooks/loss-curves', shown: 'iframe' },
      { hash: '#/runs', shown: 'main li a' },
    ]) {
      await page.goto(`${at.lab.url}${hash}`);
      await look(hash, shown);
    }
    await page.getByRole('link', { name: 'The built-in' }).click();
    await look('A run', '[data-testid="explorer-table"] tbody a');
    for (const [place, view] of EXPLORER_VIEWS.entries()) {
      if (view === 'table') continue;
      await page.getByTestId('explorer').getByRole('radio').nth(place).check();
      await look(view, 'figure svg');
    }
    await page.getByTestId('explorer').getByRole('radio').first().check();
    await page.locator('[data-testid="explorer-table"] tbody a').first().click();
    await look('A turn', '[data-testid="context-agrees"]');
    expect(found).toEqual([]);
    expect(guest.errors).toEqual([]);
    await guest.close();
  });

  it('Compare, Data and Models leave nothing in English, and fit 320 px', async () => {
    const profile = { locale: LOCALES[language], viewport: NARROW };
    const guest = await visit(at.browser, 'about:blank', { profile });
    const { page } = guest;
    const found: string[] = [];
    for (const { hash, shown, tabs = [] } of VIEWS) {
      await page.goto(`${at.lab.url}${hash}`);
      await page.locator(shown).first().waitFor();
      for (const tab of ['', ...tabs]) {
        if (tab) await page.getByTestId(`tab-${tab}`).click();
        await page.waitForLoadState('networkidle');
        found.push(...(await faults(page, language, `${hash} ${tab}`)), ...(await englishSentences(page)));
      }
    }
    expect(found).toEqual([]);
    expect(guest.errors).toEqual([]);
    await guest.close();
  });
});
