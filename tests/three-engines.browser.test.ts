import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CHROMIUM } from './harness/any-browser/chromium.ts';
import { FIREFOX } from './harness/any-browser/firefox.ts';
import { serveStrictly, type StrictHost } from './harness/any-browser/strict-host.ts';
import type { Tab, Target } from './harness/any-browser/tab.ts';
import { Visitor } from './harness/any-browser/visitor.ts';
import { WEBKIT } from './harness/any-browser/webkit.ts';
import type { OfflineStatus } from '../src/browser/offline/messages.ts';
import { startEndpoint, type Endpoint } from './harness/endpoint.ts';
import { OFFLINE_STATUS } from './harness/offline.ts';

const NOTEBOOK = ['iframe[title^="Notebook"]', 'iframe[title="Notebook"]'];

// One long visit per engine, step by step: what one step loads or says remains for the next.
describe.each([CHROMIUM, FIREFOX, WEBKIT])('in $name', (engine) => {
  const path = engine.find();
  if (path === undefined) {
    it.skip(`the main journeys (it is not installed: ${engine.needs})`);
    return;
  }

  let host: StrictHost;
  let endpoint: Endpoint;
  let tab: Tab;
  let person: Visitor;
  let broken = false;

  beforeAll(async () => {
    [host, endpoint] = await Promise.all([serveStrictly(), startEndpoint()]);
    tab = await engine.start(path);
    person = new Visitor(tab);
  });
  afterAll(async () => {
    await tab?.close();
    await Promise.all([host.close(), endpoint.close()]);
  });
  beforeEach(({ skip }) => skip(broken, 'a step before it failed'));
  afterEach(({ task }) => void (broken ||= task.result?.state === 'fail'));
  // Nothing attempts what the policy forbids, in the page or in a worker.
  afterEach(() => {
    expect(host.violations).toEqual([]);
    expect(tab.errors).toEqual([]);
  });

  const ready: Target = { role: 'button', name: /, the model: ready$/, in: { role: 'banner' } };
  const message: Target = { role: 'textbox', name: 'Your message' };
  const stop: Target = { role: 'button', name: 'Stop the reply' };

  it('opens and accepts a message at once', async () => {
    await tab.open(host.url);
    await person.press({ role: 'button', name: 'I understand' });
    await person.write(message, 'I feel so lonely.');
    expect(await tab.evaluate('document.querySelector("textarea").value')).toBe('I feel so lonely.');
  });

  // The steps would pass anyway if this browser did not report violations.
  it('reports what the policy blocks', async () => {
    await tab.evaluate(`void setTimeout(() => { try { Function('') } catch {} })`);
    if (engine.reportsWorkers)
      await tab.evaluate(`void new Worker(URL.createObjectURL(new Blob(["try { Function('') } catch {}"])))`);
    const wanted = engine.reportsWorkers ? 2 : 1;
    await person.until(
      'each report',
      async () => host.violations,
      (all): all is string[] => all.length === wanted,
    );
    expect(host.violations.filter((line) => line.includes('eval'))).toHaveLength(wanted);
    host.violations.length = 0;
    tab.errors.length = 0;
  });

  it('loads the embedded model, which replies', async () => {
    await person.press({ role: 'button', name: 'Lab view' });
    await person.press({ role: 'tab', name: 'Settings' });
    await person.write({ role: 'spinbutton', name: 'Longest reply, exact' }, '12');
    // Without threads, reading it takes a second.
    await person.write({ role: 'textbox', name: 'System prompt' }, '');
    await person.press({ role: 'button', name: /^Load /, in: { role: 'banner' } });
    expect(await person.see(ready)).toContain('Wasm');
    // Each of these browsers widens the weights: on a computer, none needs llama.cpp.
    expect(host.asked.filter((path) => path.endsWith('ort-wasm-simd-threaded.wasm'))).not.toEqual([]);
    expect(host.asked.filter((path) => path.endsWith('wllama.wasm'))).toEqual([]);
    expect(await ask('I feel so lonely.')).toMatch(/\w/);
  });

  // A small model may end its reply before the press reaches it; then another message is sent.
  it('stops a reply that is being written, and keeps its text', { retry: 2 }, async () => {
    await person.press({ role: 'tab', name: 'Settings' });
    await person.write({ role: 'spinbutton', name: 'Longest reply, exact' }, '128');
    await person.write(message, 'Tell me a long story about a lighthouse.', true);
    const words = () =>
      tab.evaluate(
        'document.querySelector("article:last-of-type[aria-busy=true] p")?.innerText ?? ""',
      ) as Promise<string>;
    const before = (await person.until('the first words', words, (text): text is string => /\w/.test(text))).trim();
    await person.press(stop);
    await person.gone(stop);
    expect(await person.reads(/Stopped/)).toContain(before);
  });

  // A click on a busy machine was lost once: the whole step is done again.
  it('sends an endpoint the compressed context, and shows what was dropped', { retry: 1 }, async () => {
    await person.goTo('Models');
    await person.press({ role: 'tab', name: /endpoint/i });
    await person.write({ role: 'textbox', name: 'Base address' }, endpoint.url);
    await person.write({ role: 'textbox', name: 'Model' }, endpoint.model);
    await person.press({ role: 'button', name: 'Add endpoint' });
    await person.press({ role: 'button', name: new RegExp(`^Switch to ${endpoint.model}`) });
    await person.goTo('Chat');
    await person.press({ role: 'radio', name: 'NoStopwords' });
    await person.press({ role: 'tab', name: 'What the model sees' });
    await person.press({ role: 'checkbox', name: 'Send my newest message whole' });
    expect(await ask('There is nobody that I could call.')).toBe('You said: call. could nobody');
    await person.until(
      'what was dropped',
      () => tab.evaluate('document.querySelectorAll("[role=tabpanel] del").length'),
      (count): count is number => Number(count) > 0,
    );
  });

  it('compares the three compressions', async () => {
    await person.goTo('Compare');
    await person.write({ role: 'textbox', name: 'Message' }, 'I can not sleep.');
    await person.press({ role: 'button', name: 'Compare all' });
    for (const name of ['Raw', 'KeyPOS', 'NoStopwords']) {
      const column: Target = { role: 'article', name, in: { role: 'region', name: 'Comparison' } };
      await person.until(
        `an answer under ${name}`,
        () => person.text(column),
        (text): text is string => /You said:.* sleep/.test(text ?? ''),
      );
    }
  });

  it('runs a notebook', async () => {
    await tab.open(`${host.url}#/notebooks/the-paper-live`);
    const states = () =>
      tab.evaluate(
        '[...document.querySelectorAll("section.cell")].map((cell) => cell.dataset.state ?? "pending")',
        NOTEBOOK,
      ) as Promise<string[]>;
    const ended = (all: string[]): all is string[] => all.length > 3 && !all.includes('pending');
    const all = await person.until('every cell', () => states().catch(() => []), ended);
    expect(all.filter((state) => state === 'rejected')).toEqual([]);
    expect(await person.see({ role: 'row', name: /ESConv \(paper\)/ }, NOTEBOOK)).toMatch(/29\.8\s+29\.57/);
  });

  it('runs an evaluation to its table', async () => {
    const asked = endpoint.seen.length;
    await person.goTo('Runs');
    await person.write({ role: 'spinbutton', name: 'Dialogues, drawn at random' }, '2');
    await person.write({ role: 'spinbutton', name: 'Turns per dialogue' }, '1');
    const models: Target = { role: 'group', name: 'Models' };
    await person.choose({ role: 'checkbox', name: /SmolLM2/, in: models }, false);
    await person.choose({ role: 'checkbox', name: new RegExp(endpoint.model), in: models }, true);
    await person.press({ role: 'button', name: 'Plan the run' });
    await person.press({ role: 'button', name: 'Start' });
    await person.reads(/Finished/);
    expect(await person.see({ role: 'region', name: /^Results by model/ })).toContain(endpoint.model);
    expect(endpoint.seen.length - asked).toBe(6);
  });

  it('opens without its host, with the conversation', async () => {
    await person.until(
      'the lab on this device',
      () => tab.evaluate(OFFLINE_STATUS) as Promise<OfflineStatus | undefined>,
      (status): status is OfflineStatus => status?.code === true,
    );
    await host.close();
    await tab.open(host.url);
    await tab.reload();
    await person.press({ role: 'link', name: /lonely/ });
    expect(await person.reads(/lighthouse/)).toContain('I feel so lonely.');
  });

  /** Sends a message and returns the text of the complete reply. */
  async function ask(text: string): Promise<string> {
    const before = Number(await tab.evaluate('document.querySelectorAll("article").length'));
    await person.write(message, text, true);
    const whole = () =>
      tab.evaluate(
        `((all) =>
          all.length >= ${before} + 2 && all.at(-1).getAttribute('aria-busy') === 'false'
            ? all.at(-1).querySelector('p')?.innerText
            : null)([...document.querySelectorAll('article')])`,
      ) as Promise<string | null>;
    return person.until('a whole reply', whole, (reply): reply is string => Boolean(reply));
  }
});
