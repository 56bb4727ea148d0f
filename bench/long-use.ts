import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { exportConversations } from '../src/core/conversation/exchange.ts';
import { append, createConversation, rename } from '../src/core/conversation/tree.ts';
import { parseJsonLines } from '../src/core/json-lines.ts';
import { launch } from '../tests/harness/browser.ts';
import { serveStatically } from '../tests/harness/lab.ts';
import { Person } from '../tests/harness/person.ts';
import { nameFunctions, tasksDuring } from '../tests/harness/tasks.ts';
import { writeTinyLab } from '../tests/harness/tiny-lab.ts';
import { visit } from '../tests/harness/visit.ts';
import { evaluationTime } from './long-use-evaluation.ts';

const CONVERSATIONS = 2000;
const MESSAGES = 300;
const RECORDS = 10_000;
const TURNS = 10;
const LONG = 'A long talk';

interface Step {
  step: string;
  /** Milliseconds of processor time of the longest task of the page's thread. */
  longestMs: number;
  tasksOver100ms: number;
  busyMs: number;
  nodes: number;
}

/**
 * Uses the built lab as somebody does after months: 2,000 conversations, one of them of 300 messages, and a run of
 * 10,000 records. A tiny model replies, so that the page's own work is what is measured. With `evaluation`, measures
 * what of a run's time the model takes, with the default model and with the tiny one.
 */
export async function benchLongUse([part]: readonly string[] = []): Promise<void> {
  const browser = await launch({ webgpu: false });
  const tiny = await writeTinyLab();
  const folder = await mkdtemp(join(tmpdir(), 'long-use-'));
  const host = await serveStatically({ folder: tiny.folder, subfolder: '/' });
  try {
    if (part === 'evaluation') {
      console.table([await evaluationTime(browser, host.url, 'tiny')]);
      const lab = await serveStatically({ subfolder: '/' });
      console.table([await evaluationTime(browser, lab.url, 'default')]);
      await lab.close();
      return;
    }
    const { page } = await visit(browser, host.url);
    page.setDefaultTimeout(600_000);
    await nameFunctions(page);
    await page.reload();
    console.table(await measure(browser, page, await writeFiles(folder)));
  } finally {
    await browser.close();
    await host.close();
    await tiny.remove();
    await rm(folder, { recursive: true });
  }
}

/** Files on disk: the driver would read others in the page. */
async function writeFiles(folder: string): Promise<{ conversations: string; run: string[] }> {
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const { plan, records } = await manyRecords();
  return {
    conversations: await write('many.json', manyConversations()),
    run: [await write('plan.json', plan), await write('records.jsonl', records)],
  };
}

async function measure(browser: Browser, page: Page, files: Awaited<ReturnType<typeof writeFiles>>): Promise<Step[]> {
  const person = new Person(page);
  const steps: Step[] = [];
  const step = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    const tasks = await tasksDuring(browser, page, async () => {
      await work();
      await idle(page);
    });
    steps.push({
      step: name,
      longestMs: Math.round(Math.max(...tasks)),
      tasksOver100ms: tasks.filter((ms) => ms > 100).length,
      busyMs: Math.round(tasks.reduce((sum, ms) => sum + ms, 0)),
      nodes: await page.evaluate(() => document.querySelectorAll('*').length),
    });
  };
  await person.acknowledge();
  await person.loadModel();
  await person.keepItShort(12);
  const rows = person.conversations();
  await step(`import ${CONVERSATIONS} conversations`, async () => {
    await page.locator('input[type="file"]').first().setInputFiles(files.conversations);
    await rows.filter({ hasText: LONG }).waitFor();
  });
  await step('scroll through their list', () => scroll(page, '[data-testid="conversations"]', 1));
  await step('search them', async () => {
    await page.getByRole('searchbox').first().pressSequentially('market 7');
    await page.waitForTimeout(1000);
    await page.getByRole('searchbox').first().fill('');
    await page.waitForTimeout(1000);
  });
  await step(`open one of ${MESSAGES} messages`, async () => {
    await rows.filter({ hasText: LONG }).click();
    await person.messages.last().waitFor();
  });
  await step('scroll to its beginning', () => scroll(page, '.log', -1));
  await step(`${TURNS} more turns`, async () => {
    for (let turn = 0; turn < TURNS; turn++) await take(page, `And on day ${turn}, what then?`);
  });
  await step('reload', async () => {
    await page.reload();
    await person.messages.last().waitFor();
  });
  await person.goTo('runs');
  await step(`import a run of ${RECORDS} records`, async () => {
    await page.getByRole('main').locator('input[type="file"]').first().setInputFiles(files.run);
    await page.getByRole('table').first().waitFor();
  });
  await step('reload with it', async () => {
    await page.reload();
    await page.getByRole('table').first().waitFor();
  });
  return steps;
}

/** Takes a turn. The driver's own waiting searches the page many times a second, which costs more than the lab. */
async function take(page: Page, text: string): Promise<void> {
  await page.getByTestId('composer').fill(text);
  await page.getByTestId('composer').press('Enter');
  await page.evaluate(async () => {
    const writing = (): boolean => document.querySelector('[data-testid="stop-reply"]') !== null;
    for (const until of [true, false]) while (writing() !== until) await new Promise((later) => setTimeout(later, 250));
  });
}

/** Waits until the page has had nothing to do for a second. */
async function idle(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const start = performance.now();
        const look = (deadline: IdleDeadline): void => {
          if (performance.now() - start > 1000 && deadline.timeRemaining() > 5) resolve();
          else requestIdleCallback(look);
        };
        requestIdleCallback(look);
      }),
  );
}

/** Scrolls a box to its end (1) or its beginning (-1), half a screen at a time, as a wheel does. */
async function scroll(page: Page, selector: string, direction: 1 | -1): Promise<void> {
  await page.locator(selector).evaluate(async (box, direction) => {
    const frame = (): Promise<number> => new Promise((next) => requestAnimationFrame(next));
    for (let still = 0; still < 10;) {
      const before = box.scrollTop;
      box.scrollTop += (direction * box.clientHeight) / 2;
      await frame();
      still = box.scrollTop === before ? still + 1 : 0;
    }
  }, direction);
}

/** The export of many conversations of one exchange each, and of a long one. */
function manyConversations(): string {
  const talk = (turns: number, day: number) =>
    Array.from({ length: turns }).reduce<ReturnType<typeof createConversation>>(
      (grown, _, i) =>
        append(grown, {
          speaker: i % 2 === 0 ? 'seeker' : 'supporter',
          text: i % 2 === 0 ? `On day ${day + i} I was at the market again.` : `You were there on day ${day + i - 1}.`,
        }).conversation,
      createConversation(),
    );
  const short = Array.from({ length: CONVERSATIONS - 1 }, (_, day) => rename(talk(2, day), `Market, day ${day}`));
  return exportConversations([...short, rename(talk(MESSAGES, 0), LONG)]);
}

/** A run of the command line whose records repeat those of a committed run. */
async function manyRecords(): Promise<{ plan: string; records: string }> {
  const folder = join(import.meta.dirname, '../public/results');
  const { plan } = JSON.parse(await readFile(join(folder, 'esconv-test.json'), 'utf8')) as { plan: unknown };
  const where = join(folder, 'esconv-test.numbers.jsonl');
  const committed = parseJsonLines(await readFile(where, 'utf8'), z.looseObject({}), {
    code: 'bad-file',
    what: 'A committed record cannot be read.',
    where,
    todo: 'Restore the file.',
  });
  const records = Array.from({ length: RECORDS }, (_, i) => ({
    reference: 'That sounds hard. How long has it been so?',
    hypothesis: `I hear you. It is day ${i} of it, isn't it?`,
    ...committed[i % committed.length],
    dialogue: `dialogue ${Math.floor(i / committed.length)} of ${i % committed.length}`,
  }));
  return { plan: JSON.stringify(plan), records: records.map((record) => JSON.stringify(record)).join('\n') };
}
