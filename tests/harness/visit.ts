import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';

/** A page and all that went wrong or out of it while it was open. */
export interface Visit {
  context: BrowserContext;
  page: Page;
  /** Errors on the console and uncaught exceptions, CSP violations among them. */
  errors: string[];
  /** Requests without an answer, or with one of 400 and up. */
  failures: string[];
  /** Every origin that anything was asked of, blob: and data: left out. */
  origins: Set<string>;
  close(): Promise<void>;
}

/** Opens `url` in a fresh profile, or in `context` where a second page of the same person is wanted. */
export async function visit(
  browser: Browser,
  url: string,
  options: { context?: BrowserContext; profile?: BrowserContextOptions } = {},
): Promise<Visit> {
  const context = options.context ?? (await browser.newContext({ acceptDownloads: true, ...options.profile }));
  const page = await context.newPage();
  const errors: string[] = [];
  const failures: string[] = [];
  const origins = new Set<string>();
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  // The context sees what workers and the service worker ask for, too.
  context.on('request', (request) => {
    if (/^https?:/.test(request.url())) origins.add(new URL(request.url()).origin);
  });
  context.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    // A page that is left or reloaded drops what it was still asking for.
    if (reason !== 'net::ERR_ABORTED') failures.push(`${request.url()}: ${reason}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) failures.push(`${response.url()}: ${response.status()}`);
  });
  await page.goto(url);
  return { context, page, errors, failures, origins, close: () => context.close() };
}
