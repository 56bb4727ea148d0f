import type { Locator, Page } from 'playwright-core';
import type { Endpoint } from './endpoint.ts';

/** The views of the lab, as their addresses name them. */
type View = 'chat' | 'compare' | 'data' | 'runs' | 'notebooks' | 'models' | 'about';
type Representation = 'raw' | 'keypos' | 'nostopwords';
/** Settings of decoding, as DECODING_CONTROLS names them. */
type Setting = 'temperature' | 'topK' | 'topP' | 'maxNewTokens';

/**
 * What a person does in the lab. Elements are found by their roles and test ids, so that a change of wording breaks
 * nothing.
 */
export class Person {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get messageField(): Locator {
    return this.page.getByTestId('composer');
  }

  get replies(): Locator {
    return this.page.getByTestId('entry-supporter');
  }

  get messages(): Locator {
    return this.page.getByTestId('entry-seeker');
  }

  get problem(): Locator {
    return this.page.getByRole('main').getByRole('alert');
  }

  /** The words that the context panel shows as dropped. */
  get dropped(): Locator {
    return this.page.getByRole('tabpanel').locator('del, s');
  }

  async acknowledge(): Promise<void> {
    await this.page.getByTestId('acknowledge').click();
  }

  async goTo(view: View): Promise<void> {
    await this.page.getByRole('banner').getByTestId(`view-${view}`).click();
  }

  /** Chooses where models run; software rendering must be chosen explicitly. */
  async runOn(device: 'webgpu' | 'wasm'): Promise<void> {
    await this.goTo('models');
    await this.page.getByRole('main').locator(`input[type=radio][value=${device}]`).check();
    await this.goTo('chat');
  }

  /** Loads the chosen model and returns where it runs, as the page says it. */
  async loadModel(): Promise<string> {
    await this.page.getByRole('banner').getByTestId('load-model').click();
    return this.modelReady();
  }

  async modelReady(): Promise<string> {
    const chip = this.page.getByRole('banner').getByTestId('model-chip');
    await chip.and(this.page.locator('[data-phase="ready"]')).waitFor({ timeout: 180_000 });
    return chip.innerText();
  }

  /** Whether the device was checked with the loaded model, as the page says it. */
  async deviceCheck(): Promise<string> {
    await this.goTo('models');
    const words = await this.page.getByTestId('model-row').getByTestId('self-test').innerText();
    await this.goTo('chat');
    return words;
  }

  /** Adds a model from an address and loads it; returns where it runs, as the page says it. */
  async loadFromAddress(url: string, name: string): Promise<string> {
    await this.goTo('models');
    await this.page.getByTestId('tab-address').click();
    await this.page.getByTestId('address').fill(url);
    await this.page.getByTestId('add-address').click();
    await this.page.getByTestId('model-row').filter({ hasText: name }).getByTestId('load').click();
    const where = await this.modelReady();
    await this.goTo('chat');
    return where;
  }

  async say(text: string): Promise<void> {
    await this.messageField.fill(text);
    await this.messageField.press('Enter');
  }

  /** Waits until the last reply is complete and returns its text. */
  async reply(timeout = 240_000): Promise<string> {
    const reply = this.replies.last();
    await this.page.getByTestId('stop-reply').waitFor({ state: 'hidden', timeout });
    await reply.and(this.page.locator('[aria-busy="false"]')).waitFor({ timeout });
    return reply.getByRole('paragraph').first().innerText();
  }

  async ask(text: string): Promise<string> {
    const before = await this.replies.count();
    await this.say(text);
    await this.replies.nth(before).waitFor({ timeout: 240_000 });
    return this.reply();
  }

  async represent(id: Representation): Promise<void> {
    await this.page.getByRole('main').locator(`input[type=radio][value=${id}]`).check();
  }

  /** Has the newest message compressed like any other, as in the paper. */
  async shortenNewest(): Promise<void> {
    await this.page.getByRole('checkbox', { name: 'Send my newest message whole' }).uncheck();
  }

  /** Requests a reply under each compression in Compare. */
  async compare(text: string): Promise<void> {
    await this.goTo('compare');
    await this.page.getByTestId('compare-message').fill(text);
    await this.page.getByTestId('compare').click();
  }

  /** The column of a compression in Compare. */
  compared(id: Representation): Locator {
    return this.page.getByTestId(`compared-${id}`);
  }

  /** Waits until Compare's column of a compression is done. */
  async comparedDone(id: Representation, timeout = 240_000): Promise<Locator> {
    const column = this.compared(id);
    await column.and(this.page.locator('[data-state="done"]')).waitFor({ timeout });
    return column;
  }

  /** Makes replies and prompts as short as the settings allow. */
  async keepItShort(tokens = 12): Promise<void> {
    await this.set({ maxNewTokens: tokens });
    await this.page.getByTestId('tab-settings').click();
    await this.page.getByTestId('system-prompt').fill('');
    await this.page.getByTestId('tab-context').click();
  }

  /** Sets decoding controls, e.g. `{ maxNewTokens: 16 }`. */
  async set(controls: Partial<Record<Setting, number>>): Promise<void> {
    await this.page.getByTestId('tab-settings').click();
    for (const [name, value] of Object.entries(controls)) {
      const field = this.page.getByTestId(`decoding-${name}`);
      await field.fill(String(value));
      await field.press('Tab');
    }
    await this.page.getByTestId('tab-context').click();
  }

  conversations(): Locator {
    return this.page.getByTestId('conversations').getByRole('link');
  }

  async addEndpoint(endpoint: Pick<Endpoint, 'url' | 'model'>, key = '', { remember = false } = {}): Promise<void> {
    await this.goTo('models');
    await this.page.getByTestId('tab-endpoint').click();
    await this.page.getByTestId('endpoint-url').fill(endpoint.url);
    await this.page.getByTestId('endpoint-model').fill(endpoint.model);
    await this.page.getByTestId('endpoint-key').fill(key);
    if (remember) await this.page.getByTestId('endpoint-remember').check();
    await this.page.getByTestId('add-endpoint').click();
    // What is written before it is chosen would be answered by another model.
    await this.page.getByRole('list', { name: 'Models' }).getByText(endpoint.model).first().waitFor();
  }
}
