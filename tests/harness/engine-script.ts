import type { Browser, BrowserContext } from 'playwright-core';

/** A profile whose page and engine run `script` first; llama.cpp's own worker does not. */
export async function withEngineScript(browser: Browser, script: string): Promise<BrowserContext> {
  const context = await browser.newContext();
  await context.addInitScript(script);
  await context.route(/engine\.worker/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script}\n${await response.text()}` });
  });
  return context;
}
