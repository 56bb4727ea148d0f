import type { Frame, JSHandle } from 'playwright-core';
import { launch } from '../browser.ts';
import { newProfile } from '../visit.ts';
import { expressionOf } from './find.ts';
import { frameWithin } from './frames.ts';
import { describeTarget, type Engine, type Tab, type Target } from './tab.ts';

/** Chromium, driven through its debugger; without a graphics device, like the others here. */
export const CHROMIUM: Engine = {
  name: 'Chromium',
  needs: 'any Chromium',
  reportsWorkers: true,
  find: () => 'the one that the other tests use',
  async start() {
    const browser = await launch({ webgpu: false });
    const page = await (await newProfile(browser, { serviceWorker: true, quiet: true })).newPage();
    const errors: string[] = [];
    page.on('console', (message) => void (message.type() === 'error' && errors.push(message.text())));
    page.on('pageerror', (error) => errors.push(error.message));
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
        await field.selectText();
        await page.keyboard.press('Delete');
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- A handle has no other way to type.
        await field.type(text);
        if (enter) await field.press('Enter');
      },
      close: () => browser.close(),
    } satisfies Tab;
  },
};

async function element(frame: Frame, target: Target) {
  const handle: JSHandle = await frame.evaluateHandle(expressionOf(target));
  const found = handle.asElement();
  if (!found) throw new Error(`There is no ${describeTarget(target)}.`);
  return found;
}
