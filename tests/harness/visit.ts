import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { claimMemory, claimOneCore, holdSentences } from './calm-page.ts';

/** A page, and its errors and requests while it was open. */
export interface Visit {
  context: BrowserContext;
  page: Page;
  /** Errors on the console and uncaught exceptions, CSP violations among them. */
  errors: string[];
  /** Requests without a response, or with a status of 400 and above. */
  failures: string[];
  /** Every origin that was contacted, except blob: and data:. */
  origins: Set<string>;
  close: () => Promise<void>;
}

export interface VisitOptions {
  /** Opens one more page of this profile. */
  context?: BrowserContext;
  profile?: BrowserContextOptions;
  /**
   * Enables the service worker, which stores the lab for offline use as soon as it is open. That takes two cores
   * seconds, so only tests of it enable it. Otherwise the page finds a browser that has none.
   */
  serviceWorker?: boolean;
  /**
   * Lets the page read sentences with the encoder (danger that no phrase names, recall). Opening it takes three
   * seconds of a core in each profile, so only tests of that enable it. Otherwise it is never ready, as on a slow line.
   */
  sentences?: boolean;
  /**
   * The cores that the page finds; one by default, or all. The threads of a Wasm runtime wait for each other by
   * spinning, which other tests pay for.
   */
  cores?: 'one' | 'all';
  /** The gibibytes of memory that the page finds; 8 by default, with which the processor widens weights. */
  memory?: number;
  /** Shows the chat as on a first visit. Otherwise it is in Lab view, because most tests use what only that shows. */
  quiet?: boolean;
}

/** Milliseconds for which a step waits: other test files and programs may keep the machine busy. */
const PATIENCE_MS = 180_000;

/** Opens `url` in a fresh profile, or in `context` for a second page of the same person. */
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
  // The context also sees the requests of workers and the service worker.
  context.on('request', (request) => {
    if (/^https?:/.test(request.url())) origins.add(new URL(request.url()).origin);
  });
  context.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    // A page that is closed or reloaded aborts its pending requests.
    if (reason !== 'net::ERR_ABORTED') failures.push(`${request.url()}: ${reason}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) failures.push(`${response.url()}: ${response.status()}`);
  });
  await page.goto(url);
  return { context, page, errors, failures, origins, close: () => context.close() };
}

/** A fresh profile; see `VisitOptions` for what its pages find. */
export async function newProfile(
  browser: Browser,
  { profile, serviceWorker = false, sentences = false, cores = 'one', memory = 8, quiet = false }: VisitOptions,
): Promise<BrowserContext> {
  // Without a graphics card, the processor draws every frame of an indicator that turns while a model loads.
  const context = await browser.newContext({ acceptDownloads: true, reducedMotion: 'reduce', ...profile });
  context.setDefaultTimeout(PATIENCE_MS);
  if (!quiet) await context.addInitScript(chooseLabView);
  if (cores === 'one') await context.addInitScript(claimOneCore);
  await context.addInitScript(claimMemory, memory);
  if (!sentences) await context.addInitScript(holdSentences);
  if (!serviceWorker)
    await context.addInitScript(() => void Reflect.deleteProperty(Navigator.prototype, 'serviceWorker'));
  return context;
}

/** Chooses Lab view on a first visit. Runs in the page, and in frames that have no storage. */
function chooseLabView(): void {
  try {
    if (localStorage.getItem('solace.settings') === null) localStorage.setItem('solace.settings', '{"labView":true}');
  } catch {
    // A sandbox, or a browser that keeps nothing: the chat stays quiet there.
  }
}
