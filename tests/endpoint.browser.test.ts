import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launch } from './harness/browser.ts';
import { echo, startEndpoint, type Endpoint, type Manner } from './harness/endpoint.ts';
import { serveLab, type ServedLab } from './harness/lab.ts';
import { Person } from './harness/person.ts';
import { visit, type Visit } from './harness/visit.ts';

/** What a person must be told for each of an endpoint's faults. */
const FAULTS: [Manner, RegExp][] = [
  ['401', /key/i],
  ['429', /wait|later|seconds|limit/i],
  ['500', /500|server|endpoint/i],
  ['garbage', /understood|unreadable|expected|not/i],
  ['breaks-off', /cut off/],
];

describe('an OpenAI-compatible endpoint', () => {
  let browser: Browser;
  let lab: ServedLab;
  let endpoint: Endpoint;
  let guest: Visit;
  let person: Person;

  beforeAll(async () => {
    browser = await launch({ webgpu: false });
    lab = await serveLab();
  });
  afterAll(async () => {
    await browser.close();
    await lab.close();
  });
  beforeEach(async () => {
    endpoint = await startEndpoint();
    guest = await visit(browser, lab.url);
    person = new Person(guest.page);
    await person.addEndpoint(endpoint, 'secret-key');
    await person.goTo('Chat');
  });
  afterEach(async () => {
    await guest.close();
    await endpoint.close();
  });

  it('answers in the conversation, under the key and with the system prompt first', async () => {
    expect(await person.ask('I feel lost today')).toBe(echo('I feel lost today'));
    const [request] = endpoint.seen;
    expect(request?.authorization).toBe('Bearer secret-key');
    expect(request?.body).toMatchObject({ model: endpoint.model, stream: true });
    expect(request?.body.messages.map(({ role }) => role)).toEqual(['system', 'user']);
    expect(guest.origins).toEqual(new Set([new URL(lab.url).origin, new URL(endpoint.url).origin]));
    expect(guest.errors).toEqual([]);
  });

  it('receives compressed messages, and the page keeps the whole ones', async () => {
    await person.represent('NoStopwords');
    await person.ask('I am so very tired of the noise');
    expect(endpoint.seen[0]?.body.messages.at(-1)?.content).toBe('tired noise');
    expect(await person.messages.last().innerText()).toContain('I am so very tired of the noise');
  });

  it('forgets the key with the tab', async () => {
    await person.ask('Hello');
    const stored = await guest.page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
    expect(stored).not.toContain('secret-key');
  });

  it.each(FAULTS)('that fails with %s is named, and a retry works', async (manner, words) => {
    endpoint.manner = manner;
    await person.say('Are you there?');
    await person.problem.waitFor();
    const told = await person.problem.innerText();
    expect(told).toMatch(words);
    expect(told).toContain(new URL(endpoint.url).host);
    expect(await person.messages.last().innerText()).toContain('Are you there?');

    endpoint.manner = 'answers';
    await person.problem.getByRole('button', { name: 'Try again' }).click();
    await person.replies.getByText(echo('Are you there?')).waitFor();
    expect(await person.problem.count()).toBe(0);
  });

  it('that says nothing can be stopped', async () => {
    endpoint.manner = 'silent';
    await person.say('Are you there?');
    await guest.page.getByRole('button', { name: 'Stop the reply' }).click();
    await guest.page.getByRole('button', { name: 'Send' }).waitFor();
    expect(await person.messages.last().innerText()).toContain('Are you there?');
  });

  it('that is gone is named', async () => {
    await endpoint.close();
    await person.say('Are you there?');
    await person.problem.waitFor();
    expect(await person.problem.innerText()).toContain(new URL(endpoint.url).host);
  });
});
