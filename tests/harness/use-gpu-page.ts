import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launch } from './browser.ts';
import { buildEnginePage, serveEnginePage } from './engine-page.ts';
import type { ServedLab } from './lab.ts';
import { visit } from './visit.ts';

/** Has the page of the engines, with SwiftShader as its graphics device; `page` is set when tests run. */
export function useGpuPage(): { page: Page } {
  const opened = {} as { page: Page };
  let lab: ServedLab;
  let browser: Browser;
  beforeAll(async () => {
    await buildEnginePage();
    lab = await serveEnginePage({});
    browser = await launch({ webgpu: true });
    opened.page = (await visit(browser, lab.url)).page;
  }, 240_000);
  afterAll(async () => {
    await browser.close();
    await lab.close();
  });
  return opened;
}
