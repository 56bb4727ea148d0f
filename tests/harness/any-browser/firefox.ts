import { existsSync } from 'node:fs';
import puppeteer, { type ElementHandle, type Frame } from 'puppeteer-core';
import { claimOneCore, holdSentences } from '../calm-page.ts';
import { expressionOf } from './find.ts';
import { frameWithin } from './frames.ts';
import { describeTarget, type Engine, type Tab, type Target } from './tab.ts';

const PLACES = [
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
];

/**
 * Firefox's message, without a location, for each Wasm thread that waits while its worker is ended, as when a model is
 * unloaded.
 */
const ENDED_THREAD = 'uncaught exception: undefined';

/**
 * Firefox's message for a request that a service worker was answering while its page was left. Where an answer fails,
 * Firefox names the address between the quotation marks.
 */
const LEFT_PAGE = 'Failed to load ‘’. A ServiceWorker intercepted the request and encountered an unexpected error.';

/** The host receives these itself, immediately. */
const POLICY = 'Content-Security-Policy:';

/** Firefox, driven through WebDriver BiDi. */
export const FIREFOX: Engine = {
  name: 'Firefox',
  needs: 'Firefox, or SOLACE_FIREFOX with its path',
  reportsWorkers: true,
  find: () => [process.env['SOLACE_FIREFOX'], ...PLACES].find((path) => path && existsSync(path)),
  async start(path) {
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: path,
      headless: true,
      defaultViewport: { width: 1280, height: 900 },
      extraPrefsFirefox: {
        // Without a graphics card, the processor draws every frame of an indicator that turns.
        'ui.prefersReducedMotion': 1,
        // A mouse that can hover, as on a computer; without a window there is none.
        'ui.primaryPointerCapabilities': 6,
      },
    });
    const page = await browser.newPage();
    await page.evaluateOnNewDocument(claimOneCore);
    await page.evaluateOnNewDocument(holdSentences);
    const errors: string[] = [];
    const report = (message: string) => {
      if (message !== ENDED_THREAD && message !== LEFT_PAGE && !message.startsWith(POLICY)) errors.push(message);
    };
    page.on('console', (message) => message.type() === 'error' && report(message.text()));
    page.on('pageerror', (error) => report(error instanceof Error ? error.message : String(error)));
    return {
      errors,
      async open(url) {
        await page.goto(url);
      },
      async reload() {
        await page.reload();
      },
      evaluate: async (expression, frames = []) => (await frameWithin(page.mainFrame(), frames)).evaluate(expression),
      click: async (target, frames = []) =>
        (await element(await frameWithin(page.mainFrame(), frames), target)).click(),
      async type(target, text, enter = false) {
        const field = await element(page.mainFrame(), target);
        await field.focus();
        await field.evaluate((each) => (each as HTMLInputElement).select());
        await page.keyboard.press('Delete');
        await field.type(text);
        if (enter) await page.keyboard.press('Enter');
      },
      close: () => browser.close(),
    } satisfies Tab;
  },
};

async function element(frame: Frame, target: Target): Promise<ElementHandle> {
  const handle = await frame.evaluateHandle(expressionOf(target));
  const found = handle.asElement() as ElementHandle | null;
  if (!found) throw new Error(`There is no ${describeTarget(target)}.`);
  return found;
}
