import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addServiceWorker } from '../build/precache.ts';
import { launch } from './harness/browser.ts';
import { DIST, serveStatically, type ServedLab } from './harness/lab.ts';
import { keptOffline } from './harness/offline.ts';
import { visit, type Visit } from './harness/visit.ts';

/** The first file that the service worker stores in the background: a view that nobody has opened. */
const isStoredFirst = (path: string): boolean => path.startsWith('assets/AboutView-');

/** Shows that the page's own code runs, not merely that its HTML exists. */
async function expectAlive(page: Page): Promise<void> {
  await page.getByRole('navigation').first().waitFor();
}

describe('on a host that sets no headers, in a subfolder', () => {
  let browser: Browser;
  let host: ServedLab;
  let guest: Visit;

  beforeAll(async () => {
    browser = await launch({ webgpu: false });
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    host = await serveStatically();
    guest = await visit(browser, host.url, { serviceWorker: true });
  });
  afterEach(async () => {
    await guest.close();
    await host.close();
  });

  it('gets threads after one reload of its own', async () => {
    await guest.page.waitForFunction(() => crossOriginIsolated);
    await expectAlive(guest.page);
    expect(guest.failures.filter((failure) => !failure.includes('ERR_ABORTED'))).toEqual([]);
    expect(guest.errors).toEqual([]);
  });

  it('neither reloads while a person is using it nor stores files while a model is being loaded', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const never = new Promise<void>(() => undefined);
    const asked: string[] = [];
    const slow = await serveStatically({
      delay(path) {
        asked.push(path);
        if (path.startsWith('adapters/')) return never;
        return path === 'service-worker.js' ? held : undefined;
      },
    });
    const { page, close } = await visit(browser, slow.url, { serviceWorker: true });
    await expectAlive(page);
    let loads = 0;
    page.on('load', () => loads++);

    await page.getByTestId('load-model').click();
    await expect.poll(() => asked).toContain('adapters/solace/manifest.json');
    // The engine is on its way before the model.
    expect(asked.slice(0, asked.indexOf('adapters/solace/manifest.json'))).toContain('ort/ort-wasm-simd-threaded.wasm');
    release();
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => requestIdleCallback(resolve));
    });
    expect(asked.filter(isStoredFirst)).toEqual([]);
    await page.getByTestId('model-chip').getByRole('button').click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await keptOffline(page);
    expect(asked.filter(isStoredFirst)).toHaveLength(1);
    // Once for the page or a worker, and once to be stored.
    expect(asked.filter((path) => asked.filter((other) => other === path).length > 2)).toEqual([]);
    // Two bundles of workers tag words. A third copy of the tagger would be another megabyte.
    expect(new Set(asked.filter((path) => path.includes('/tagger-wink-'))).size).toBeLessThanOrEqual(2);
    expect(await page.evaluate(() => Boolean(navigator.serviceWorker.controller))).toBe(true);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    expect(loads).toBe(0);

    await page.reload();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await close();
    await slow.close();
  });

  it('opens every view without host and network', async () => {
    await keptOffline(guest.page);
    await host.close();
    await guest.context.setOffline(true);
    const later = await visit(browser, host.url, { context: guest.context });
    await expectAlive(later.page);
    for (const link of await later.page.getByRole('navigation').first().getByRole('link').all()) {
      await link.click();
      await later.page.getByRole('heading', { level: 1 }).first().waitFor();
    }
    expect(await later.page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(later.errors).toEqual([]);
  });
});

describe('an update of the lab', () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    browser = await launch({ webgpu: false });
    folder = await mkdtemp(join(tmpdir(), 'solace-update-'));
    await cp(DIST, folder, { recursive: true, filter: (source) => basename(source) !== 'models' });
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('waits until no tab runs the old version, and then removes its files', async () => {
    const host = await serveStatically({ folder });
    const first = await visit(browser, host.url, { serviceWorker: true });
    await keptOffline(first.page);
    const [oldCache] = await first.page.evaluate(() => caches.keys());

    await deploy(folder, 'Solace Lab, the next version');
    await first.page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      await registration.update();
    });
    await expect
      .poll(() => first.page.evaluate(async () => Boolean((await navigator.serviceWorker.ready).waiting)))
      .toBe(true);
    const beside = await visit(browser, host.url, { context: first.context });
    expect(await pageSource(beside.page)).not.toContain('the next version');

    await first.page.close();
    // The service worker notices a closed page only later; the next one opens after that.
    await beside.page.close();
    const next = await visit(browser, 'about:blank', { context: first.context });
    await expect
      .poll(async () => {
        await next.page.goto(host.url);
        const seen = await pageSource(next.page);
        await next.page.goto('about:blank');
        return seen;
      })
      .toContain('the next version');

    await next.page.goto(host.url);
    await expectAlive(next.page);
    const kept = await next.page.evaluate(() => caches.keys());
    expect(kept).toHaveLength(1);
    expect(kept).not.toContain(oldCache);
    await first.close();
    await host.close();
  });
});

/** The page as the service worker serves it. */
function pageSource(page: Page): Promise<string> {
  return page.evaluate(async () => (await fetch(location.href)).text());
}

/** Puts a new version of the page into `folder`, as the owner of a host would. */
async function deploy(folder: string, title: string): Promise<void> {
  const path = join(folder, 'index.html');
  const html = await readFile(path, 'utf8');
  await writeFile(path, html.replace(/<title>.*<\/title>/, `<title>${title}</title>`));
  await addServiceWorker(folder, new Set());
}
