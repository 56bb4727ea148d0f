import { describe, expect, it } from 'vitest';
import { echo, type Manner } from './harness/endpoint.ts';
import { useEndpointLab, useEndpointVisit } from './harness/endpoint-lab.ts';
import { serveWithoutStorage } from './harness/no-storage.ts';
import { Person } from './harness/person.ts';
import { storedText } from './harness/stored-text.ts';
import { writeTinyLab } from './harness/tiny-lab.ts';
import { visit } from './harness/visit.ts';

/** The message that a person must see for each fault of an endpoint. */
const FAULTS: [Manner, RegExp][] = [
  ['401', /key/i],
  ['429', /wait|later|seconds|limit/i],
  ['500', /500|server|endpoint/i],
  ['garbage', /not the JSON of the OpenAI interface/],
  ['breaks-off', /cut off/],
  ['ends-early', /cut off/],
  ['redirects', /redirects.*to no other/s],
];

describe('an OpenAI-compatible endpoint', () => {
  const at = useEndpointVisit({ key: 'secret-key', view: 'chat' });

  it('replies in the conversation, with the key, and receives the system prompt first', async () => {
    const { lab, endpoint, guest, person } = at;
    expect(await person.ask('I feel lost today')).toBe(echo('I feel lost today'));
    const [request] = endpoint.seen;
    expect(request?.authorization).toBe('Bearer secret-key');
    expect(request?.body).toMatchObject({ model: endpoint.model, stream: true });
    expect(request?.body.messages.map(({ role }) => role)).toEqual(['system', 'user']);
    expect(guest.origins).toEqual(new Set([new URL(lab.url).origin, new URL(endpoint.url).origin]));
    expect(guest.errors).toEqual([]);
  });

  it('receives compressed messages, and the page keeps the whole ones', async () => {
    const { endpoint, guest, person } = at;
    await person.represent('nostopwords');
    await person.shortenNewest();
    await person.ask('I am so very tired of the noise');
    expect(endpoint.seen[0]?.body.messages.at(-1)?.content).toBe('tired noise');
    expect(await person.messages.last().innerText()).toContain('I am so very tired of the noise');
    // Where that drops a negation, the panel says what it can do, and keeps them from now on if asked.
    await person.represent('keypos');
    await person.ask('I don’t want to fail');
    expect(endpoint.seen[1]?.body.messages.at(-1)?.content).toBe('I want fail');
    const warning = guest.page.getByText('1 negation dropped: this can reverse the meaning.');
    await warning.getByRole('button', { name: 'Keep negations (departs from the paper)' }).click();
    await warning.waitFor({ state: 'detached' });
    await person.ask('I don’t want to fail');
    expect(endpoint.seen[2]?.body.messages.at(-1)?.content).toBe('I don’t want fail');
  });

  it('forgets the key with the tab', async () => {
    const { guest, person } = at;
    await person.ask('Hello to be found');
    await expect.poll(() => storedText(guest.page)).toContain('Hello to be found');
    expect(await storedText(guest.page)).not.toContain('secret-key');
  });

  it('remembers the key if asked to, until everything is erased', async () => {
    const { endpoint, guest, person } = at;
    await person.addEndpoint(endpoint, 'remembered-key', { remember: true });
    await expect.poll(() => storedText(guest.page)).toContain('remembered-key');
    await guest.page.reload();
    await person.goTo('chat');
    expect(await person.ask('Hello again')).toBe(echo('Hello again'));
    expect(endpoint.seen.at(-1)?.authorization).toBe('Bearer remembered-key');

    await person.goTo('about');
    await guest.page.getByRole('button', { name: 'Erase everything' }).click();
    const reloaded = guest.page.waitForEvent('load');
    await guest.page.getByRole('dialog').getByRole('button', { name: 'Erase everything' }).click();
    await reloaded;
    const kept = await storedText(guest.page);
    expect(kept).not.toContain('remembered-key');
    expect(kept).not.toContain('Hello again');
  });

  it('that fails is reported whatever the fault, and a retry works', async () => {
    const { endpoint, person } = at;
    for (const [manner, words] of FAULTS) {
      const question = `Are you there (${manner})?`;
      endpoint.manner = manner;
      await person.say(question);
      await person.problem.waitFor();
      const told = await person.problem.innerText();
      expect(told).toMatch(words);
      expect(told).toContain(new URL(endpoint.url).host);
      expect(await person.messages.last().innerText()).toContain(question);
      if (manner === 'ends-early')
        expect(await person.replies.last().innerText()).toMatch(/This sentence has no[^]*Interrupted/);

      endpoint.manner = 'answers';
      await person.problem.getByTestId('retry').click();
      await person.replies.getByText(echo(question)).waitFor();
      expect(await person.problem.count()).toBe(0);
    }
  });

  it('that does not answer can be stopped', async () => {
    const { endpoint, guest, person } = at;
    endpoint.manner = 'silent';
    await person.say('Are you there?');
    // The wait for the first word is no silence.
    await person.replies.last().getByTestId('reading').waitFor();
    expect(await guest.page.locator('[aria-live=polite]', { hasText: 'The supporter is writing.' }).count()).toBe(1);
    await guest.page.getByTestId('stop-reply').click();
    await guest.page.getByRole('button', { name: 'Send' }).waitFor();
    expect(await person.messages.last().innerText()).toContain('Are you there?');
  });

  it('that is unreachable is reported', async () => {
    const { endpoint, person } = at;
    await endpoint.close();
    await person.say('Are you there?');
    await person.problem.waitFor();
    expect(await person.problem.innerText()).toContain(new URL(endpoint.url).host);
  });
});

describe('a browser that stores nothing at all', () => {
  const at = useEndpointLab();

  it('chats with an endpoint and with the embedded model, and says that nothing is stored', async () => {
    const tiny = await writeTinyLab();
    const lab = await serveWithoutStorage(tiny.folder);
    const guest = await visit(at.browser, lab.url);
    const { page, errors } = guest;
    const person = new Person(page);
    await person.acknowledge();
    await page.getByRole('status').getByText('This browser keeps nothing for this page').waitFor();

    await person.addEndpoint(at.endpoint, 'visit-key');
    await page.getByRole('list', { name: 'Models' }).getByText(at.endpoint.model).first().waitFor();
    await person.goTo('chat');
    expect(await person.ask('Is anybody there?')).toBe(echo('Is anybody there?'));
    expect(at.endpoint.seen.at(-1)?.authorization).toBe('Bearer visit-key');
    expect(await person.ask('And now?')).toBe(echo('And now?'));
    expect(await person.conversations().count()).toBe(1);
    await person.goTo('about');
    // It knows no more of a graphics device than the chat does.
    await page.getByText(/^no: (this browser has no WebGPU|no graphics adapter was found)/).waitFor();
    await person.goTo('chat');
    await person.replies.nth(1).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);

    // Nothing is stored, so the chat is quiet.
    await page.getByTestId('lab-view').click();
    await person.keepItShort(4);
    await person.goTo('models');
    await page.getByRole('button', { name: 'Switch to Solace' }).click();
    await person.modelReady();
    await person.goTo('chat');
    expect(await person.ask('Who are you?')).toMatch(/\w/);
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(errors).toEqual([]);
    await guest.close();
    await lab.close();
    await tiny.remove();
  });
});
