import { gzipSync } from 'node:zlib';
import type { Response } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { dependencies } from '../package.json';
import { isInSight } from './harness/in-sight.ts';
import { serveStatically } from './harness/lab.ts';
import { overhangs } from './harness/overhang.ts';
import { Person } from './harness/person.ts';
import { useLab } from './harness/use-lab.ts';
import { visit } from './harness/visit.ts';

/** Maximum bytes of gzipped JavaScript on a first visit, and once somebody writes in Lab view. */
const SCRIPT_BUDGETS = { quiet: 150_000, lab: 182_000 };

/** A phone, an old one, one on its side, and a laptop at 400 % zoom, in pixels. */
const SMALL = [
  [390, 844],
  [320, 568],
  [844, 390],
  [320, 256],
] as const;

describe('the first page', () => {
  const at = useLab({ webgpu: true });

  it('can be used before any byte of a model or an engine is requested', async () => {
    const guest = await visit(at.browser, at.lab.url);
    const asked: string[] = [];
    guest.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const person = new Person(guest.page);
    const phrases = () => asked.filter((path) => path.includes('all-languages')).length;
    await guest.page.waitForLoadState('networkidle');
    expect(phrases()).toBe(0);
    await person.messageField.fill('I can write already');
    await expect.poll(phrases).toBe(1);
    await guest.page
      .getByText(/The first message loads the model: \d+ MB fetched once\. It then takes up to \d+ MB/)
      .waitFor();
    await guest.page.reload();
    expect(await person.messageField.inputValue()).toBe('I can write already');
    await guest.page.waitForLoadState('networkidle');
    const fetched = () =>
      asked.filter((path) => /\.(wasm|gguf|safetensors|onnx|onnx_data.*)$|\/(ort|wllama)\//.test(path));
    expect(fetched()).toEqual([]);
    // Where data is saved, the first message does not fetch it either before the person agrees.
    await guest.context.route(/engine\.worker/, () => undefined);
    await guest.page.evaluate(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
    await person.messageField.press('Enter');
    const loading = guest.page.getByRole('group', { name: 'The model is being loaded' });
    await loading.getByText(/has to be fetched once: \d+ MB/).waitFor();
    expect(fetched()).toEqual([]);
    await loading.getByTestId('agree').click();
    // Meanwhile there is something to do.
    await loading.getByRole('link', { name: 'A tour of 90 seconds' }).waitFor();
    await guest.close();
  });

  it('says on a narrow screen how fast the model arrives, and how long the rest takes', async () => {
    const lab = await serveStatically({ bytesPerSecond: 3e6 });
    const { page, errors, close } = await visit(at.browser, lab.url, {
      quiet: true,
      profile: { viewport: { width: 320, height: 640 } },
    });
    const person = new Person(page);
    await person.say('I feel so lonely.');
    const loading = page.getByRole('group', { name: 'The model is being loaded' });
    await loading
      .getByText(/^\d+(\.\d)? MB of \d+ MB, \d+(\.\d)? [kM]B\/s, (about \d+ s|a few seconds) left$/)
      .waitFor();
    expect(await overhangs(page)).toEqual([]);
    await loading.getByRole('button', { name: 'Cancel' }).click();
    await loading.waitFor({ state: 'hidden' });
    expect(errors).toEqual([]);
    await close();
    await lab.close();
  });

  it('needs less than 150 KB of JavaScript, gzipped, and little more to write in Lab view', async () => {
    for (const [view, budget] of Object.entries(SCRIPT_BUDGETS)) {
      const guest = await visit(at.browser, 'about:blank', { quiet: view === 'quiet' });
      const scripts: Response[] = [];
      guest.page.on('response', (response) => {
        if (/javascript/.test(response.headers()['content-type'] ?? '')) scripts.push(response);
      });
      await guest.page.goto(at.lab.url);
      const { messageField } = new Person(guest.page);
      if (view === 'quiet') await messageField.waitFor();
      else await messageField.fill('Hello');
      await guest.page.waitForLoadState('networkidle');
      const sizes = await Promise.all(scripts.map(async (script) => gzipSync(await script.body()).length));
      const total = sizes.reduce((sum, size) => sum + size, 0);
      expect(total).toBeGreaterThan(1000);
      expect(total, `${scripts.length} scripts in the ${view} view, gzipped`).toBeLessThan(budget);
      await guest.close();
    }
  });

  it('shows help at once where a first message signals danger, however small the window is', async () => {
    const guest = await visit(at.browser, at.lab.url, { quiet: true, profile: { timezoneId: 'UTC' } });
    const { page } = guest;
    const person = new Person(page);
    // The built-in model, which never arrives.
    await guest.context.route(/engine\.worker/, () => undefined);
    const banner = page.getByRole('region', { name: 'Where to find people who can help' });
    for (const [width, height] of SMALL) {
      await page.setViewportSize({ width, height });
      // The button says how much it fetches.
      expect(await page.getByTestId('load-model').innerText()).toMatch(/\d+ MB/);
    }
    const expectHelp = async (text: string, size: string): Promise<void> => {
      await page.keyboard.press('Control+Shift+O');
      await page.getByRole('heading', { name: 'New conversation' }).waitFor();
      await page.getByTestId('acknowledge').waitFor();
      await person.say(text);
      for (const part of [banner.getByRole('heading'), banner.getByRole('link').first()])
        await expect.poll(() => part.evaluate(isInSight), { message: size }).toBe(true);
      expect(await page.locator('[aria-live=assertive]').textContent()).toMatch(/^People who can help are listed/);
      await page.getByTestId('stop-reply').click();
    };
    for (const [width, height] of SMALL) {
      await page.setViewportSize({ width, height });
      for (const text of ['I want to die', 'I can’t take it anymore']) await expectHelp(text, `${width} by ${height}`);
    }
    // Where neither language nor time zone names a country, the table of all lines stays closed.
    await page.setViewportSize({ width: 390, height: 844 });
    await page.evaluate(() => Object.defineProperty(navigator, 'languages', { get: () => ['en'] }));
    await expectHelp('I can’t take it anymore', 'no country');
    expect(await banner.getByRole('link').first().innerText()).toBe('findahelpline.com');
    expect(await banner.locator('details[open]').count()).toBe(0);
    expect(guest.errors).toEqual([]);
    await guest.close();
  });

  it('speaks the language of the browser from the first paint, also in danger, or the one that is chosen', async () => {
    const profile = { locale: 'de-DE', timezoneId: 'Europe/Berlin' };
    const guest = await visit(at.browser, 'about:blank', { quiet: true, profile });
    const { page } = guest;
    await guest.context.route(/engine\.worker/, () => undefined);
    await page.goto(at.lab.url);
    const language = () => page.evaluate(() => document.documentElement.lang);
    // Nothing is shown in English first: the earliest heading is German.
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Neues Gespräch');
    expect(await language()).toBe('de');
    await page.getByTestId('acknowledge').waitFor();
    await new Person(page).say('Ich will mich umbringen');
    const banner = page.getByRole('region', { name: 'Wo du Menschen findest, die helfen können' });
    await banner.getByRole('heading', { name: 'Menschen, die du jetzt erreichen kannst' }).waitFor();
    expect(await banner.getByRole('link').allInnerTexts()).toEqual(['112', '0800 111 0 111', 'findahelpline.com']);
    await page.getByText('Denkst du daran, dir das Leben zu nehmen?').first().waitFor();
    // The conversation is renamed a moment after help is shown.
    const name = () => page.getByRole('heading', { level: 1 }).innerText();
    await expect.poll(name).toMatch(/^Gespräch vom \d/);
    await page.getByTestId('stop-reply').click();
    const choice = page.getByRole('banner').getByTestId('language');
    await choice.focus();
    await page.keyboard.type('Esp');
    await page.getByRole('heading', { name: 'Personas con las que puedes hablar ahora' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Personas con las que puedes hablar ahora' }).waitFor();
    await expect.poll(name).toMatch(/^Conversación del \d/);
    expect([await language(), await choice.inputValue()]).toEqual(['es', 'es']);
    // So does what is wrong with an import, without a click for details.
    const file = { name: 'vacaciones.json', mimeType: 'application/json', buffer: Buffer.from('{}') };
    await page.locator('input[type="file"]').first().setInputFiles(file);
    const note = page.getByRole('alert').filter({ hasText: 'vacaciones.json' });
    await note.getByText('No es una exportación completa de conversaciones.').waitFor();
    await note.getByText('Elige un archivo que haya escrito «Exportar».').waitFor();
    expect(guest.errors).toEqual([]);
    await guest.close();
  });

  it('can be installed, and takes text that is shared with it without sending it', async () => {
    const guest = await visit(at.browser, `${at.lab.url}?title=A+note&text=I+can%E2%80%99t+sleep`);
    const { page, context } = guest;
    const person = new Person(page);
    expect(await person.messageField.inputValue()).toBe('A note\nI can’t sleep');
    // It is neither read again with the next load nor kept in the history.
    expect(new URL(page.url()).search).toBe('');
    await page.reload();
    expect(await person.messageField.inputValue()).toBe('A note\nI can’t sleep');
    expect(await person.messages.count()).toBe(0);
    const session = await context.newCDPSession(page);
    const { url, errors } = await session.send('Page.getAppManifest');
    expect([url, errors]).toEqual([`${at.lab.url}manifest.webmanifest`, []]);
    const { installabilityErrors: reasons } = await session.send('Page.getInstallabilityErrors');
    // The profiles of tests are incognito.
    expect(reasons.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual([]);
    expect(guest.failures).toEqual([]);
    await guest.close();
  });

  it('has its policy both in the page and in the header, and contacts no other host', async () => {
    const guest = await visit(at.browser, at.lab.url, { serviceWorker: true });
    const response = await guest.page.reload();
    expect(response?.headers()['content-security-policy']).toContain("default-src 'none'");
    const meta = guest.page.locator('meta[http-equiv="Content-Security-Policy"]');
    expect(await meta.getAttribute('content')).toContain("script-src 'self' 'wasm-unsafe-eval'");
    await guest.page.waitForLoadState('networkidle');
    expect([...guest.origins]).toEqual([new URL(at.lab.url).origin]);
    expect(guest.errors).toEqual([]);
    expect(guest.failures).toEqual([]);
    await guest.close();
  });

  it('answers 404, not a page, if a file is missing', async () => {
    const response = await fetch(new URL('models/none/config.json', at.lab.url));
    expect(response.status).toBe(404);
  });

  it('links to the licences of everything it contains', async () => {
    const guest = await visit(at.browser, `${at.lab.url}#/about`);
    const href = await guest.page.getByRole('link', { name: 'third-party notices' }).getAttribute('href');
    const list = await (await guest.page.request.get(new URL(href ?? '', at.lab.url).href)).text();
    const heads = new Set(list.split('\n').map((line) => line.replace(/ .*/, '')));
    // Only the command line reads YAML and cuts the rank of adapters.
    const bundled = Object.keys(dependencies).filter((name) => !['yaml', 'ml-matrix'].includes(name));
    expect(bundled.filter((name) => !heads.has(name))).toEqual([]);
    for (const name of ['WordNet', 'SmolLM2-135M-Instruct', 'all-MiniLM-L6-v2', 'llama.cpp'])
      expect(heads).toContain(name);
    for (const words of [
      'SIL OPEN FONT LICENSE',
      'Apache License',
      'Copyright (c) Microsoft Corporation',
      'WordNet Release 3.0',
    ])
      expect(list).toContain(words);
    await guest.close();
  });
});
