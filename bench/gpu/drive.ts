import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';
import { z } from 'zod';
import type { GpuProbe } from '../../src/engines/gpu.ts';
import { appendLine } from '../../src/node/write-file.ts';
import { findChromium } from '../../tests/harness/chromium.ts';
import { servePage } from '../../tests/harness/engine-page.ts';
import type { Measurement, Plan } from './plan.ts';
import { lineOf, resultSchema, type Result } from './results.ts';
import { summary } from './table.ts';

const waySchema = z.object({ name: z.string(), flags: z.array(z.string()), window: z.boolean() });
type Way = z.infer<typeof waySchema>;
const flagsSchema = z.object({ common: z.array(z.string()), ways: z.array(waySchema).min(1) });

/** Kept of the time of a run for closing the browser and printing. */
const CLOSING_SECONDS = 6;

interface Drive {
  /** The folder that `stage` filled. */
  folder: string;
  plan: Plan;
  /** The file for results, one per line, written as they come. */
  out: string;
  /** Do not look for a card. */
  software: boolean;
  print: (line: string) => void;
}

/** Runs a plan in the Chromium of the tests and prints its tables. driver/run.py does the same without Node. */
export async function drive({ folder, plan, out, software, print }: Drive): Promise<void> {
  const start = Date.now();
  const secondsLeft = (): number => plan.seconds - CLOSING_SECONDS - (Date.now() - start) / 1000;
  await mkdir(join(out, '..'), { recursive: true });
  await rm(out, { force: true });
  const results: Result[] = [];
  const note = async (result: Result): Promise<void> => {
    results.push(result);
    print(`[${((Date.now() - start) / 1000).toFixed(1)}] ${lineOf(result)}`);
    await appendLine(out, result);
  };
  const served = await servePage(join(folder, 'page'));
  let session: Session | undefined;
  try {
    const way = await findWay(folder, served.url, software, print);
    for (const [i, measurement] of plan.measurements.entries()) {
      const fail = (reason: string): Promise<void> =>
        note({ measurement: measurement.name, finding: { type: 'error', reason } });
      const later = plan.measurements.slice(i + 1).reduce((sum, { seconds }) => sum + seconds, 0);
      const limit = secondsLeft() - later;
      if (limit < 2) {
        await fail('no time was left');
        continue;
      }
      if (!session) session = await open(way, (result) => void note(result));
      const ended = await measure(session, served.url, measurement, limit);
      if (ended === undefined) continue;
      await fail(ended);
      // What does not end may hold the graphics device.
      await session.browser.close();
      session = undefined;
    }
  } finally {
    await session?.browser.close();
    await served.close();
  }
  print(`\n${plan.model}; results in ${out}\n\n${summary(results)}\n`);
  print(`${((Date.now() - start) / 1000).toFixed(0)} s`);
}

interface Session {
  browser: Browser;
  context: BrowserContext;
}

async function open(way: Way & { common: string[] }, onResult: (result: Result) => void): Promise<Session> {
  const { path, env } = await findChromium();
  const browser = await chromium.launch({
    executablePath: path,
    args: [...way.common, ...way.flags],
    headless: !way.window,
    env: { ...(process.env as Record<string, string>), ...env },
  });
  const context = await browser.newContext();
  await context.exposeFunction('gpuReport', (message: string) => onResult(resultSchema.parse(JSON.parse(message))));
  return { browser, context };
}

/** Runs one measurement in a page of its own; returns why it had to be ended. */
async function measure(
  { context }: Session,
  url: string,
  { name }: Measurement,
  limit: number,
): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const stopAt = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`stopped after ${limit.toFixed(0)} s`), limit * 1000);
  });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(limit * 1000);
    await page.goto(url);
    await page.waitForFunction(() => 'gpuBench' in globalThis);
    const ended = await Promise.race([
      page.evaluate(({ name, limit }) => gpuBench.run(name, limit), { name, limit }).then(() => undefined),
      stopAt,
    ]);
    if (ended === undefined) await page.close();
    return ended;
  } catch (error) {
    return firstLine(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Playwright's errors go on with what it called. */
const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';

/** The first way of starting Chromium that finds a card; the last one if none does. */
async function findWay(
  folder: string,
  url: string,
  software: boolean,
  print: (line: string) => void,
): Promise<Way & { common: string[] }> {
  const { common, ways } = flagsSchema.parse(JSON.parse(await readFile(join(folder, 'flags.json'), 'utf8')));
  let last: Way | undefined;
  for (const way of software ? ways.slice(-1) : ways) {
    last = way;
    const found = await adapterOf({ ...way, common }, url);
    print(`${way.name}: ${found.available ? found.description : found.reason}`);
    if (found.available && !found.software) return { ...way, common };
  }
  print('No card was found: SwiftShader computes on the processor, so these times say nothing about a card.');
  if (!last) throw new Error('flags.json names no way of starting Chromium.');
  return { ...last, common };
}

async function adapterOf(way: Way & { common: string[] }, url: string): Promise<GpuProbe> {
  let session: Session | undefined;
  try {
    session = await open(way, () => undefined);
    const page = await session.context.newPage();
    await page.goto(url);
    await page.waitForFunction(() => 'gpuBench' in globalThis);
    return await page.evaluate(() => gpuBench.adapter());
  } catch (error) {
    return { available: false, reason: firstLine(error) };
  } finally {
    await session?.browser.close();
  }
}
