import type { Browser, BrowserContext } from 'playwright-core';
import { claimMemory } from './calm-page.ts';

/** For `withEngineScript`: SwiftShader under the name of a graphics card. */
export const CARD = `
Object.defineProperty(GPUAdapter.prototype, 'info', { get: () => ({ vendor: 'acme', architecture: 'card' }) });`;

/**
 * A profile whose page and engine run `script` first; llama.cpp's own worker does not. The page finds `memory`
 * gibibytes, as in `visit`.
 */
export async function withEngineScript(browser: Browser, script: string, memory = 8): Promise<BrowserContext> {
  const context = await browser.newContext();
  await context.addInitScript(claimMemory, memory);
  await context.addInitScript(script);
  await runInEngine(context, script);
  return context;
}

/** Has the engines of a profile run `script` first. */
export async function runInEngine(context: BrowserContext, script: string): Promise<void> {
  await context.route(/engine\.worker/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script}\n${await response.text()}` });
  });
}
