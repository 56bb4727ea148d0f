import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { launch } from './browser.ts';
import { serveLab, type ServedLab } from './lab.ts';

export interface UsedLab {
  browser: Browser;
  lab: ServedLab;
}

/** Has a browser and the built lab for the tests of a `describe`; fields are set when tests run. */
export function useLab(options: Parameters<typeof launch>[0] = { webgpu: false }): UsedLab {
  const opened = {} as UsedLab;
  beforeAll(async () => {
    opened.browser = await launch(options);
    opened.lab = await serveLab();
  });
  afterAll(async () => {
    await opened.browser.close();
    await opened.lab.close();
  });
  return opened;
}
