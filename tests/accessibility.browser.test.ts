import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seriousViolations } from './harness/axe.ts';
import { echo, type Endpoint } from './harness/endpoint.ts';
import { openEndpointLab, type EndpointLab } from './harness/endpoint-lab.ts';
import type { ServedLab } from './harness/lab.ts';
import { Person } from './harness/person.ts';
import { visit } from './harness/visit.ts';

const VIEWS = ['chat', 'compare', 'data', 'notebooks', 'models', 'about'];
const PROFILES: [string, BrowserContextOptions][] = (['light', 'dark'] as const).flatMap((colorScheme) => [
  [`${colorScheme}, desktop`, { colorScheme, viewport: { width: 1280, height: 800 } }] as const,
  [`${colorScheme}, phone`, { colorScheme, viewport: { width: 390, height: 844 }, hasTouch: true }] as const,
]) as [string, BrowserContextOptions][];

describe('accessibility', () => {
  let opened: EndpointLab;
  let browser: Browser;
  let lab: ServedLab;
  let endpoint: Endpoint;

  beforeAll(async () => {
    opened = await openEndpointLab();
    ({ browser, lab, endpoint } = opened);
  });
  afterAll(() => opened.close());

  beforeEach(() => {
    endpoint.manner = 'answers';
  });

  it.each(PROFILES)('axe finds nothing serious on any view (%s)', async (_name, profile) => {
    const guest = await visit(browser, lab.url, { profile });
    const found: string[] = [];
    for (const view of VIEWS) {
      await guest.page.goto(`${lab.url}#/${view}`);
      await guest.page.getByRole('heading', { level: 1 }).first().waitFor();
      for (const violation of await seriousViolations(guest.page)) found.push(`${view}: ${violation}`);
      const overhang = await guest.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overhang, `${view} scrolls sideways`).toBeLessThanOrEqual(0);
    }
    expect(found).toEqual([]);
    await guest.close();
  });

  it.each(['light', 'dark'] as const)('axe finds nothing serious in a conversation with banner and error (%s)', async (colorScheme) => {
    const guest = await visit(browser, lab.url, { profile: { colorScheme } });
    const person = new Person(guest.page);
    await person.addEndpoint(endpoint);
    await person.goTo('Chat');
    await person.ask('I want to kill myself');
    endpoint.manner = '500';
    await person.say('Are you there?');
    await person.problem.waitFor();
    expect(await seriousViolations(guest.page)).toEqual([]);
    await guest.page.getByRole('tab', { name: 'Settings' }).click();
    expect(await seriousViolations(guest.page)).toEqual([]);
    await guest.close();
  });

  it('a conversation can be held with the keyboard alone', async () => {
    const guest = await visit(browser, lab.url);
    const { keyboard } = guest.page;
    /** Presses Tab until the focus is on what has this name, as a person who cannot see the page would. */
    const tabTo = async (name: RegExp): Promise<void> => {
      for (let step = 0; step < 60; step++) {
        await keyboard.press('Tab');
        const focused = await guest.page.evaluate(() => {
          const element = document.activeElement;
          const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined;
          return element?.getAttribute('aria-label') ?? label ?? element?.textContent ?? '';
        });
        if (name.test(focused.trim())) return;
      }
      throw new Error(`Sixty steps of Tab do not lead to ${name}.`);
    };

    await tabTo(/^Skip to the content$/);
    await tabTo(/^Models$/);
    await keyboard.press('Enter');
    await guest.page.getByRole('heading', { level: 1, name: 'Models' }).waitFor();
    await tabTo(/^From files$/);
    for (const name of ['From an address', 'WebLLM', 'Endpoint']) {
      await keyboard.press('ArrowRight');
      await guest.page.getByRole('tab', { name, selected: true }).waitFor();
    }
    await tabTo(/^Base address$/);
    await keyboard.type(endpoint.url);
    await tabTo(/^Model$/);
    await keyboard.type(endpoint.model);
    await keyboard.press('Enter');
    await guest.page.getByRole('list', { name: 'Models' }).getByText(endpoint.model).first().waitFor();
    await guest.page.goto(`${lab.url}#/chat`);
    await tabTo(/^Your message$/);
    await keyboard.type('Only keys');
    await keyboard.press('Enter');
    await new Person(guest.page).replies.getByText(echo('Only keys')).waitFor();
    await guest.close();
  });
});
