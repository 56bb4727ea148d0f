/**
 * Photographs every view of the built lab, with a real conversation on the embedded model, into docs/screenshots.
 * Run with `npm run screenshots` after `npm run build`; with an address, the lab that is served there is photographed.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launch } from './harness/browser.ts';
import { serveLab } from './harness/lab.ts';
import { NotebookReader } from './harness/notebook.ts';
import { Person } from './harness/person.ts';
import { visit } from './harness/visit.ts';

const OUT = join(import.meta.dirname, '../docs/screenshots');
const SIZES = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
];
const PATIENCE = 600_000;
const THEMES = ['light', 'dark'] as const;

const MESSAGES = [
  'I moved to a new city for work two months ago and I still do not really know anybody here.',
  'In the evenings I just sit in my room and scroll. I used to play football with my friends every Tuesday.',
  'There is a club near my office, but I am a bit scared that they already know each other and do not want somebody new.',
];
const TO_COMPARE = 'I think I will go on Tuesday. What could I say when I come through the door?';

/** A picture's name, and what a person does to come to it from the chat. */
const SCENES: Record<string, (person: Person, page: Page, wide: boolean) => Promise<void>> = {
  chat: async (person, page, wide) => {
    await person.represent('Raw');
    if (wide) await page.getByRole('tab', { name: 'What the model sees' }).click();
  },
  context: async (person, page, wide) => {
    await person.represent('KeyPOS');
    if (!wide) await page.getByRole('button', { name: 'Context' }).click();
    await page.getByRole('tabpanel').locator('del').first().waitFor();
  },
  settings: async (_person, page, wide) => {
    if (!wide) await page.getByRole('button', { name: 'Context' }).click();
    await page.getByRole('tab', { name: 'Settings' }).click();
  },
  data: async (_person, page) => {
    await toView(page, 'data');
    await page.waitForTimeout(2000);
  },
  runs: (_person, page) => toView(page, 'runs'),
  notebooks: (_person, page) => toView(page, 'notebooks'),
  paper: async (_person, page) => {
    await toView(page, 'notebooks/the-paper-live');
    // Its tables are measured as it is read.
    await new NotebookReader(page).frame.getByRole('table').nth(2).waitFor({ timeout: PATIENCE });
    await page.waitForTimeout(2000);
  },
  models: (_person, page) => toView(page, 'models'),
  about: (_person, page) => toView(page, 'about'),
};

async function toView(page: Page, id: string): Promise<void> {
  await page.evaluate((hash) => (location.hash = hash), `#/${id}`);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
}

const browser = await launch({ webgpu: false });
const [address] = process.argv.slice(2);
const lab = address ? { url: address, close: async () => {} } : await serveLab();
const { page } = await visit(browser, lab.url, {
  profile: { viewport: { width: 1280, height: 800 } },
  serviceWorker: true,
});
const person = new Person(page);
await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });

await photograph('first-visit', () => page.waitForLoadState('networkidle'));
await person.acknowledge();
await person.set({ 'Longest reply': 64 });
await fixSeed(11);
await person.loadModel();
for (const message of MESSAGES) await ask(message);
const conversation = await page.evaluate(() => location.hash);
for (const [name, scene] of Object.entries(SCENES)) {
  await photograph(name, async (wide) => {
    // A sheet left open stands in the way of the next picture.
    await page.keyboard.press('Escape');
    await page.goto(`${lab.url}${conversation}`);
    await page.getByRole('article').last().waitFor();
    await scene(person, page, wide);
  });
}

await page.setViewportSize({ width: 1280, height: 800 });
await page.goto(`${lab.url}${conversation}`);
await toView(page, 'compare');
await page.getByRole('textbox', { name: 'Message' }).fill(TO_COMPARE);
await page.getByRole('button', { name: 'Answer under all three' }).click();
await page.getByText('One message shows what happens').waitFor({ timeout: PATIENCE });
await photograph('compare', () => toView(page, 'compare'));

await page.setViewportSize({ width: 1280, height: 800 });
await toView(page, 'chat');
await ask('I do not want to live anymore.');
await photograph('care', () => page.getByText('You do not have to carry this alone').scrollIntoViewIfNeeded());

await browser.close();
await lab.close();

/** The same pictures from the same model. */
async function fixSeed(seed: number): Promise<void> {
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByRole('textbox', { name: 'Seed' }).fill(String(seed));
  await page.getByRole('textbox', { name: 'Seed' }).press('Enter');
  await page.getByRole('tab', { name: 'What the model sees' }).click();
}

/** Sends a message and waits for the whole reply, however long this machine takes for it. */
async function ask(message: string): Promise<void> {
  const before = await person.replies.count();
  await person.say(message);
  await person.replies.nth(before).waitFor({ timeout: PATIENCE });
  const reply = await person.reply(PATIENCE);
  console.log(`${message}\n  ${reply}`);
}

async function photograph(name: string, prepare: (wide: boolean) => Promise<void>): Promise<void> {
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await prepare(size.width > 1000);
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(OUT, `${name}-${colorScheme}-${size.width}.png`) });
    }
  }
}
