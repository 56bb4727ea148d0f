import { expressionOf, takesClicks } from './find.ts';
import { describeTarget, type Frames, type Tab, type Target } from './tab.ts';

/** Enough for a busy machine with two cores to load a model. */
const PATIENCE_MS = 120_000;

/** What a person does in the lab, in any browser. Each step waits until it can be done. */
export class Visitor {
  readonly tab: Tab;

  constructor(tab: Tab) {
    this.tab = tab;
  }

  async goTo(view: string): Promise<void> {
    await this.press({ role: 'link', name: view, in: { role: 'navigation' } });
  }

  async press(target: Target, frames?: Frames): Promise<void> {
    await this.#clickable(target, frames);
    await this.tab.click(target, frames);
  }

  async write(target: Target, text: string, enter = false): Promise<void> {
    await this.see(target);
    await this.tab.type(target, text, enter);
  }

  /** Checks a box or unchecks it. */
  async choose(target: Target, checked: boolean): Promise<void> {
    await this.#clickable(target);
    if ((await this.tab.evaluate(`${expressionOf(target)}.checked`)) !== checked) await this.tab.click(target);
  }

  /** Waits until the target is there and returns its text. */
  async see(target: Target, frames?: Frames): Promise<string> {
    return this.until(
      `a ${describeTarget(target)}`,
      () => this.text(target, frames),
      (text): text is string => text !== null,
    );
  }

  async gone(target: Target): Promise<void> {
    await this.until(
      `no ${describeTarget(target)}`,
      () => this.text(target),
      (text): text is null => text === null,
    );
  }

  /** The target's current text, null if it does not exist. */
  text(target: Target, frames?: Frames): Promise<string | null> {
    return this.tab.evaluate(`${expressionOf(target)}?.innerText ?? null`, frames) as Promise<string | null>;
  }

  /** Not every driver waits for elements that still move or are covered. */
  async #clickable(target: Target, frames?: Frames): Promise<void> {
    const look = () => this.tab.evaluate(`(${String(takesClicks)})(${expressionOf(target)})`, frames);
    await this.until(`a ${describeTarget(target)} to press`, look, (yes): yes is true => yes === true);
  }

  /** Waits for words anywhere in the page's main part. */
  async reads(words: RegExp): Promise<string> {
    const main: Target = { role: 'main' };
    return this.until(
      `${words}`,
      async () => (await this.text(main)) ?? '',
      (text): text is string => words.test(text),
    );
  }

  async until<Value, Wanted extends Value>(
    what: string,
    look: () => Promise<Value>,
    wanted: (value: Value) => value is Wanted,
  ): Promise<Wanted> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const value = await look();
      if (wanted(value)) return value;
      if (Date.now() > end)
        throw new Error(
          `There was not ${what} in time. The page says: ` +
            `${await this.text({ role: 'banner' })} ${await this.text({ role: 'main' })}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  }
}
