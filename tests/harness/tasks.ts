import type { Browser, Page } from 'playwright-core';

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  args: { name?: string };
  /** Microseconds that the thread had a processor. */
  tdur?: number;
}

/**
 * The tasks of a page's thread while `work` runs, each as milliseconds of processor time. Unlike the browser's own
 * list of long tasks, they do not include the time for which other programs had the processor.
 */
export async function tasksDuring(browser: Browser, page: Page, work: () => Promise<void>): Promise<number[]> {
  await browser.startTracing(page, { categories: ['-*', 'disabled-by-default-devtools.timeline'] });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const named = traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  const pages = new Set(named.map(threadOf));
  return traceEvents
    .filter((event) => event.name === 'RunTask' && pages.has(threadOf(event)))
    .flatMap(({ tdur }) => (tdur === undefined ? [] : tdur / 1000));
}

/** Lets functions of a benchmark run in a page: the compiler that runs it names functions with a helper. */
export async function nameFunctions(page: Page): Promise<void> {
  const helper = 'globalThis.__name = (named) => named';
  await page.addInitScript(helper);
  await page.evaluate(helper);
}
