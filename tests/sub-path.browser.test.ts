import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from './harness/browser.ts';
import { isInSight } from './harness/in-sight.ts';
import { serveStatically, type ServedLab } from './harness/lab.ts';
import { NotebookReader } from './harness/notebook.ts';
import { keptOffline } from './harness/offline.ts';
import { Person } from './harness/person.ts';
import { expectComparison, expectNothingLost } from './harness/recovery.ts';
import { writeTinyLab, type TinyLab } from './harness/tiny-lab.ts';
import { visit, type Visit } from './harness/visit.ts';

const FOLDER = '/solace-lab/';
const NOTEBOOK = 'the-paper-live';

// As .github/workflows/pages.yml publishes it: one visit, step by step.
describe('the built lab under a sub-path of a host that sets no headers', () => {
  let browser: Browser;
  let lab: TinyLab;
  let host: ServedLab;
  let guest: Visit;
  let person: Person;
  let reader: NotebookReader;
  const outside: string[] = [];

  beforeAll(async () => {
    browser = await launch({ webgpu: false });
    lab = await writeTinyLab();
    host = await serveStatically({ folder: lab.folder, subfolder: FOLDER });
    guest = await visit(browser, host.url, { serviceWorker: true });
    guest.context.on('request', (request) => {
      const { protocol, pathname } = new URL(request.url());
      if (protocol.startsWith('http') && !pathname.startsWith(FOLDER)) outside.push(request.url());
    });
    person = new Person(guest.page);
    reader = new NotebookReader(guest.page);
  });
  afterAll(async () => {
    await browser.close();
    // The last test has already closed it.
    await host.close().catch(() => undefined);
    await lab.remove();
  });

  it('shows its first page and isolates itself', async () => {
    await guest.page.waitForFunction(() => crossOriginIsolated);
    await person.acknowledge();
    expect(new URL(guest.page.url()).pathname).toBe(FOLDER);
  });

  it('loads the embedded model, which replies', async () => {
    await person.keepItShort();
    expect(await person.loadModel()).toContain('Wasm');
    // Its name is not cut, on a phone either.
    const name = guest.page.getByTestId('model-chip').getByText('Solace 135M', { exact: true });
    for (const width of [390, 1280]) {
      await guest.page.setViewportSize({ width, height: 800 });
      const [shown, whole] = await name.evaluate((each) => [each.clientWidth, each.scrollWidth]);
      expect(shown).toBeGreaterThan(20);
      expect(whole).toBe(shown);
    }
    expect(await person.deviceCheck()).toBe('Checked on this processor.');
    expect(await person.ask('I feel so lonely.')).toMatch(/\w/);
    await person.replies.first().getByText('135 million parameters').waitFor();
    // Where no larger model can run, the link says why, and what can be done.
    await person.replies.first().getByRole('link', { name: 'Use a larger one' }).click();
    const larger = guest.page.getByTestId('larger-models');
    await larger.getByText(/and here (this browser has no WebGPU|no graphics adapter was found)/).waitFor();
    expect(await guest.page.evaluate(() => document.activeElement?.textContent)).toBe('Larger models');
    expect(await larger.getByRole('heading').evaluate(isInSight)).toBe(true);
    await person.goTo('chat');
  });

  it('compares the three compressions', () => expectComparison(person, 'I can not sleep.'));

  it('reports a killed worker, replies again, and keeps at a reload what had arrived of a reply', () =>
    expectNothingLost(person));

  it('runs a notebook', async () => {
    await reader.open(host.url, NOTEBOOK);
    await reader.settled();
    expect(await reader.failures()).toEqual([]);
  });

  it('opens again without the host, with the notebook and the conversation', async () => {
    await keptOffline(guest.page);
    await host.close();
    await guest.context.setOffline(true);
    await guest.page.reload();
    await reader.cells.first().waitFor();
    await reader.settled();
    expect(await reader.failures()).toEqual([]);
    await person.goTo('chat');
    await person.conversations().first().click();
    expect(await person.messages.first().innerText()).toContain('I feel so lonely.');
  });

  it('requested nothing outside its folder, and violated no policy', () => {
    expect(outside).toEqual([]);
    expect(guest.errors).toEqual([]);
  });
});
