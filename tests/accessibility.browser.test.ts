import type { BrowserContextOptions, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { VIEWS } from '../src/ui/routes.ts';
import { seriousViolations } from './harness/axe.ts';
import { echo } from './harness/endpoint.ts';
import { useEndpointLab } from './harness/endpoint-lab.ts';
import { expectHeaderApart } from './harness/header.ts';
import { overhangs } from './harness/overhang.ts';
import { Person } from './harness/person.ts';
import { visit } from './harness/visit.ts';

const PROFILES: [string, BrowserContextOptions][] = [
  ['desktop', { viewport: { width: 1280, height: 800 } }],
  ['phone', { viewport: { width: 390, height: 844 }, hasTouch: true }],
];

/** The violations that axe finds in the light and the dark theme. */
async function violationsInBoth(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const violation of await seriousViolations(page)) found.push(`${colorScheme}: ${violation}`);
  }
  return found;
}

/** Buttons that are smaller than a finger, 44 pixels. */
const smallTargets = (page: Page): Promise<string[]> =>
  page.locator('.button:visible').evaluateAll((buttons) =>
    buttons.flatMap((button) => {
      const { width, height } = button.getBoundingClientRect();
      const name = button.ariaLabel ?? button.textContent;
      return Math.min(width, height) < 44 ? [`${name?.trim()}: ${width} by ${height}`] : [];
    }),
  );

/** States of views that a link leads to, and what shows that they are complete. */
const STATES: [hash: string, shown: string][] = [
  ['#/tour/2', '[data-testid^="compared-"]'],
  ['#/tour/3', '[role="status"] li'],
  ['#/compare?example=1', '[data-testid^="compared-"] .reply'],
  ['#/chat?representation=keypos&dialogue=solace~dialogue%201&turn=3', '[aria-label="About the link"]'],
];

describe('accessibility', () => {
  const at = useEndpointLab();

  it.each(PROFILES)('axe finds nothing serious on any view, light and dark (%s)', async (name, profile) => {
    const { browser, lab } = at;
    const guest = await visit(browser, lab.url, { profile });
    const found: string[] = [];
    for (const { id } of VIEWS) {
      await guest.page.goto(`${lab.url}#/${id}`);
      await guest.page.getByRole('heading', { level: 1 }).first().waitFor();
      await guest.page.waitForLoadState('networkidle');
      for (const violation of await violationsInBoth(guest.page)) found.push(`${id}, ${violation}`);
      for (const overhang of await overhangs(guest.page)) found.push(`${id} scrolls sideways: ${overhang}`);
      if (name === 'phone')
        for (const target of await smallTargets(guest.page)) found.push(`${id} has a small button: ${target}`);
    }
    expect(found).toEqual([]);
    await guest.close();
  });

  it('nothing overlaps or is unreadable where a link leads, nor in a presentation, at a zoom of 400 %', async () => {
    const { browser, lab } = at;
    const profile: BrowserContextOptions = { viewport: { width: 320, height: 256 }, colorScheme: 'dark' };
    const guest = await visit(browser, lab.url, { profile });
    const { page } = guest;
    const found: string[] = [];
    await expectHeaderApart(page);
    const examine = async (state: string): Promise<void> => {
      for (const violation of await seriousViolations(page)) found.push(`${state}, ${violation}`);
      for (const overhang of await overhangs(page)) found.push(`${state} scrolls sideways: ${overhang}`);
    };
    for (const [hash, shown] of STATES) {
      await page.goto(`${lab.url}${hash}`);
      await page.locator(shown).first().waitFor();
      await examine(hash);
    }
    await page.goto(`${lab.url}#/tour/1`);
    // The button is for wide screens; somebody may zoom in afterwards.
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.getByRole('button', { name: 'Present' }).click();
    await page.getByRole('toolbar', { name: 'Presentation' }).waitFor();
    await page.setViewportSize({ width: 320, height: 256 });
    await examine('a presentation');
    expect(found).toEqual([]);
    expect(guest.errors).toEqual([]);
    await guest.close();
  });

  it('axe finds nothing serious in a conversation with banner and error', async () => {
    const { browser, lab, endpoint } = at;
    const guest = await visit(browser, lab.url);
    const person = new Person(guest.page);
    await person.addEndpoint(endpoint);
    await person.goTo('chat');
    await person.ask('I want to kill myself');
    endpoint.manner = '500';
    await person.say('Are you there?');
    await person.problem.waitFor();
    expect(await violationsInBoth(guest.page)).toEqual([]);
    await guest.page.getByRole('tab', { name: 'Settings' }).click();
    expect(await violationsInBoth(guest.page)).toEqual([]);
    await guest.page.setViewportSize({ width: 390, height: 844 });
    expect(await smallTargets(guest.page)).toEqual([]);
    await guest.close();
  });

  it('a conversation can be held using only the keyboard', async () => {
    const { browser, lab, endpoint } = at;
    const guest = await visit(browser, lab.url);
    const { keyboard } = guest.page;
    /** Presses Tab until the element with this name has focus, as a person who cannot see the page would. */
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

    // The link waits for a chat that is still being fetched.
    let arrive = (): void => undefined;
    const late = new Promise<void>((resolve) => (arrive = resolve));
    await guest.page.route('**/ChatView-*.js', (route) => void late.then(() => route.continue()));
    await guest.page.reload();
    await guest.page.getByText('Skip to your message').waitFor({ state: 'attached' });
    await tabTo(/^Skip to the content$/);
    await tabTo(/^Skip to your message$/);
    await keyboard.press('Enter');
    expect(await guest.page.getByRole('textbox', { name: 'Your message' }).count()).toBe(0);
    arrive();
    const focused = (): Promise<string | undefined> => guest.page.evaluate(() => document.activeElement?.id);
    await expect.poll(focused).toBe('message');
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
    await keyboard.press('Control+Shift+O');
    await guest.page.getByRole('heading', { name: 'New conversation' }).waitFor();
    await expect.poll(focused).toBe('message');
    await keyboard.type('Another one');
    await keyboard.press('Enter');
    await new Person(guest.page).replies.getByText(echo('Another one')).waitFor();
    // The list of conversations is one stop, in which arrow keys move; a slash leads back to the message.
    await tabTo(/^Another one/);
    await keyboard.press('ArrowDown');
    await keyboard.press('Enter');
    await new Person(guest.page).replies.getByText(echo('Only keys')).waitFor();
    await keyboard.press('/');
    await expect.poll(focused).toBe('message');
    // Its button leads there as well, and so does a visit by somebody who has read the first note.
    await guest.page.getByTestId('acknowledge').press('Enter');
    await guest.page.getByRole('button', { name: 'New conversation' }).press('Enter');
    await guest.page.getByRole('heading', { name: 'New conversation' }).waitFor();
    await expect.poll(focused).toBe('message');
    await guest.page.reload();
    await expect.poll(focused).toBe('message');
    await guest.close();
  });
});
