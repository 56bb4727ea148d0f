/**
 * Takes the pictures of the documentation from the built lab, with a real conversation on the embedded model, and
 * writes them to docs/images. Run `npm run build` first. With an address, it captures the lab that is served there;
 * with `tour`, it takes only the pictures of the first two minutes, which need no model.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launch } from './harness/browser.ts';
import { serveLab } from './harness/lab.ts';
import { NotebookReader } from './harness/notebook.ts';
import { Person } from './harness/person.ts';
import { visit } from './harness/visit.ts';

const OUT = join(import.meta.dirname, '../docs/images');
const DESKTOP = { width: 1280, height: 800 };
/** A page of the tour is short; a smaller one shows it larger. */
const SMALL = { width: 1024, height: 760 };
/** A reply of the embedded model on a busy machine, ms. */
const PATIENCE = 600_000;
const WEBP_QUALITY = 0.82;

const MESSAGES = [
  "I moved to a new city for work two months ago and I still don't know anybody here.",
  'In the evenings I just sit in my room and scroll. I used to play football with my friends every Tuesday.',
];
const TO_COMPARE = 'I think I will go on Tuesday. What could I say when I come through the door?';

const browser = await launch({ webgpu: false });
const args = process.argv.slice(2);
const address = args.find((arg) => arg !== 'tour');
const lab = address ? { url: address, close: async () => {} } : await serveLab();
const encoder = await browser.newPage();
await mkdir(OUT, { recursive: true });
await photographTour();
if (args.includes('tour')) {
  await browser.close();
  await lab.close();
  process.exit();
}

const { page } = await visit(browser, lab.url, { profile: { viewport: DESKTOP }, serviceWorker: true });
const person = new Person(page);

await person.acknowledge();
await person.set({ maxNewTokens: 64 });
await fixSeed(11);
await person.loadModel();
for (const message of MESSAGES) await ask(message);
const conversation = await page.evaluate(() => location.hash);

await person.represent('keypos');
await page.getByTestId('tab-context').click();
await page.getByRole('tabpanel').locator('del').first().waitFor();
await photograph('chat');

await toView('compare');
await page.getByRole('textbox', { name: 'Message' }).fill(TO_COMPARE);
await page.getByTestId('compare').click();
await page.getByText('One message is an example').waitFor({ timeout: PATIENCE });
await photograph('compare');

await toView('data');
await page.getByRole('main').getByRole('listitem').first().waitFor();
await photograph('data');

await toView('notebooks/compression-playground');
// The chart comes after the tagger has compressed a dialogue.
const { frame } = new NotebookReader(page);
await frame.locator('section.cell svg').first().waitFor({ timeout: PATIENCE });
// What is chosen, and what it changes.
await frame
  .locator('select')
  .first()
  .evaluate((select) => select.scrollIntoView({ block: 'start' }));
await photograph('notebook');

await toView('models');
await photograph('models');

await page.goto(`${lab.url}${conversation}`);
await ask('I do not want to live anymore.');
await page.getByRole('region', { name: 'Where to find people who can help' }).last().scrollIntoViewIfNeeded();
await photograph('safety');

await browser.close();
await lab.close();

/** The path of docs/guide/first-two-minutes.md, as on a first visit. */
async function photographTour(): Promise<void> {
  const tour = await visit(browser, lab.url, { profile: { viewport: SMALL }, quiet: true });
  const { page } = tour;
  await page.getByRole('link', { name: 'Take the tour' }).waitFor();
  await photograph('tour-start', page);
  await page.getByRole('link', { name: 'Take the tour' }).click();
  await page.locator('del').first().waitFor();
  await photograph('tour-seen', page);
  await page.getByRole('link', { name: 'Next' }).click();
  await page.getByTestId('compared-nostopwords').waitFor();
  await photograph('tour-compare', page);
  await page.getByRole('link', { name: 'Next' }).click();
  await page.getByRole('slider').fill('3');
  await photograph('tour-window', page);
  await tour.close();
}

async function toView(id: string): Promise<void> {
  await page.evaluate((hash) => (location.hash = hash), `#/${id}`);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
}

/** Makes the pictures reproducible. */
async function fixSeed(seed: number): Promise<void> {
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByRole('textbox', { name: 'Seed' }).fill(String(seed));
  await page.getByRole('textbox', { name: 'Seed' }).press('Enter');
  await page.getByTestId('tab-context').click();
}

/** Sends a message and waits for the whole reply, however long this machine needs. */
async function ask(message: string): Promise<void> {
  const before = await person.replies.count();
  await person.say(message);
  await person.replies.nth(before).waitFor({ timeout: PATIENCE });
  const reply = await person.reply(PATIENCE);
  console.log(`${message}\n  ${reply}`);
}

async function photograph(name: string, shown = page): Promise<void> {
  // Fonts and figures settle.
  await shown.waitForTimeout(1000);
  await writeFile(join(OUT, `${name}.webp`), await toWebp(encoder, await shown.screenshot()));
}

/** Compresses a PNG in the browser, so that no image tool has to be installed. */
async function toWebp(blank: Page, png: Buffer): Promise<Buffer> {
  const encoded = await blank.evaluate(
    async ([data, quality]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = image.naturalWidth;
      canvas.height = image.naturalHeight;
      canvas.getContext('2d')?.drawImage(image, 0, 0);
      return canvas.toDataURL('image/webp', quality).split(',')[1] ?? '';
    },
    [png.toString('base64'), WEBP_QUALITY] as const,
  );
  return Buffer.from(encoded, 'base64');
}
