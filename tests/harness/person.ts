import type { Locator, Page } from 'playwright-core';
import type { Endpoint } from './endpoint.ts';

/**
 * What a person does in the lab, by the names that they see or hear. A change of wording in the interface that breaks a
 * journey is changed here.
 */
export class Person {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get messageField(): Locator {
    return this.page.getByRole('textbox', { name: 'Your message' });
  }

  get replies(): Locator {
    return this.page.getByRole('article', { name: 'Supporter wrote' });
  }

  get messages(): Locator {
    return this.page.getByRole('article', { name: 'You wrote' });
  }

  get problem(): Locator {
    return this.page.getByRole('main').getByRole('alert');
  }

  async acknowledge(): Promise<void> {
    await this.page.getByRole('button', { name: 'I understand' }).click();
  }

  async goTo(view: 'Chat' | 'Compare' | 'Data' | 'Models' | 'About'): Promise<void> {
    await this.page.getByRole('navigation').getByRole('link', { name: view }).click();
  }

  /** Chooses where models run; a program in place of a graphics card has to be asked for. */
  async runOn(device: 'WebGPU' | 'Wasm'): Promise<void> {
    await this.goTo('Models');
    await this.page.getByRole('radiogroup', { name: 'Run models on' }).getByText(device, { exact: true }).click();
    await this.goTo('Chat');
  }

  /** Loads the chosen model and returns where it runs, as the page says it. */
  async loadModel(): Promise<string> {
    await this.page
      .getByRole('banner')
      .getByRole('button', { name: /^Load / })
      .click();
    return this.modelReady();
  }

  async modelReady(): Promise<string> {
    const chip = this.page.getByRole('banner').getByRole('button', { name: /, the model: ready$/ });
    await chip.waitFor({ timeout: 180_000 });
    return chip.innerText();
  }

  async say(text: string): Promise<void> {
    await this.messageField.fill(text);
    await this.messageField.press('Enter');
  }

  /** Waits until the last reply is whole and returns its words. */
  async reply(timeout = 240_000): Promise<string> {
    const reply = this.replies.last();
    await this.page.getByRole('button', { name: 'Stop the reply' }).waitFor({ state: 'hidden', timeout });
    await reply.and(this.page.locator('[aria-busy="false"]')).waitFor({ timeout });
    return reply.getByRole('paragraph').first().innerText();
  }

  async ask(text: string): Promise<string> {
    const before = await this.replies.count();
    await this.say(text);
    await this.replies.nth(before).waitFor({ timeout: 240_000 });
    return this.reply();
  }

  async represent(name: 'Raw' | 'KeyPOS' | 'NoStopwords'): Promise<void> {
    await this.page
      .getByRole('radiogroup', { name: 'Representation of the context' })
      .getByRole('radio', { name })
      .check();
  }

  /** Makes replies and what they answer to as short as the settings allow. */
  async keepItShort(tokens = 4): Promise<void> {
    await this.set({ 'Longest reply': tokens });
    await this.page.getByRole('tab', { name: 'Settings' }).click();
    await this.page.getByLabel('System prompt').fill('');
    await this.page.getByRole('tab', { name: 'What the model sees' }).click();
  }

  /** Sets decoding controls by their labels, e.g. `{ 'Longest reply': 16 }`. */
  async set(controls: Record<string, number>): Promise<void> {
    await this.page.getByRole('tab', { name: 'Settings' }).click();
    for (const [label, value] of Object.entries(controls)) {
      const field = this.page.getByRole('spinbutton', { name: `${label}, exact` });
      await field.fill(String(value));
      await field.press('Tab');
    }
    await this.page.getByRole('tab', { name: 'What the model sees' }).click();
  }

  conversations(): Locator {
    return this.page.getByRole('list', { name: 'Conversations' }).getByRole('link');
  }

  async addEndpoint(endpoint: Pick<Endpoint, 'url' | 'model'>, key = '', { remember = false } = {}): Promise<void> {
    await this.goTo('Models');
    await this.page.getByRole('tab', { name: /endpoint/i }).click();
    await this.page.getByLabel('Base address').fill(endpoint.url);
    await this.page.getByLabel('Model', { exact: true }).fill(endpoint.model);
    await this.page.getByLabel('Key, if it asks for one').fill(key);
    if (remember) await this.page.getByLabel('Remember the key in this browser').check();
    await this.page.getByRole('button', { name: 'Add endpoint' }).click();
  }
}
