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
  close: () => Promise<void>;
}

export interface VisitOptions {
  /** Opens one more page of this profile. */
  context?: BrowserContext;
  profile?: BrowserContextOptions;
  /**
   * Has a service worker, which keeps the lab for later as soon as it is open: seconds of work for two cores, so only
   * where that is what is tested. Without, the page finds a browser that has none.
   */
  serviceWorker?: boolean;
}

/** Opens `url` in a fresh profile, or in `context` where a second page of the same person is wanted. */
export async function visit(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visit> {
  const context = options.context ?? (await newProfile(browser, options));
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

async function newProfile(browser: Browser, { profile, serviceWorker = false }: VisitOptions): Promise<BrowserContext> {
  const context = await browser.newContext({ acceptDownloads: true, ...profile });
  if (!serviceWorker)
    await context.addInitScript(() => void Reflect.deleteProperty(Navigator.prototype, 'serviceWorker'));
  return context;
}
