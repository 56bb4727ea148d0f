import type { FrameLocator, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** What a person does with a notebook, through the two frames around it. */
export class NotebookReader {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get frame(): FrameLocator {
    return this.page.frameLocator('iframe[title^="Notebook"]').frameLocator('iframe[title="Notebook"]');
  }

  get cells(): Locator {
    return this.frame.locator('section.cell');
  }

  cell(number: number): Locator {
    return this.frame.getByRole('region', { name: new RegExp(`^cell ${number},`) });
  }

  async open(lab: string, name: string): Promise<void> {
    await this.page.goto(`${lab}#/notebooks/${name}`);
    await this.cells.first().waitFor();
  }

  /** Imports a notebook from a file, like a person who starts at the list. */
  async bring(lab: string, name: string, html: string): Promise<void> {
    await this.page.goto(`${lab}#/notebooks`);
    const chooser = this.page.waitForEvent('filechooser');
    await this.page.getByRole('button', { name: 'Choose files' }).click();
    await (await chooser).setFiles({ name, mimeType: 'text/html', buffer: Buffer.from(html) });
    await this.cells.last().waitFor();
  }

  /** Waits until no cell is busy; a cell that streams is busy only until its first value. */
  async settled(timeout = 240_000): Promise<void> {
    await expect.poll(() => this.states(), { timeout, interval: 250 }).not.toContain('pending');
  }

  states(): Promise<(string | null)[]> {
    return this.cells.evaluateAll((cells) => cells.map((cell) => (cell as HTMLElement).dataset['state'] ?? null));
  }

  /** The messages of failed cells. */
  failures(): Promise<string[]> {
    return this.frame.locator('.cell[data-state="rejected"] .output').allInnerTexts();
  }

  /** The accessible name of the button that has the focus. */
  focused(): Promise<string | null> {
    return this.frame
      .locator('body')
      .evaluate(({ ownerDocument: { activeElement } }) => activeElement?.ariaLabel ?? null);
  }

  /** What a screen reader was told last. */
  async said(): Promise<string> {
    return (await this.frame.locator('main > [role="status"]').innerText()).trim();
  }

  /** Replaces the text of a cell and runs it. */
  async rewrite(number: number, text: string): Promise<void> {
    const cell = this.cell(number);
    const edit = cell.getByRole('button', { name: /^Edit/ });
    await edit.focus();
    await edit.press('Enter');
    const source = cell.getByRole('textbox', { name: /^Source of/ });
    await source.press('ControlOrMeta+a');
    await source.pressSequentially(text);
    await source.press('Shift+Enter');
  }
}

/** Clicks “Allow” at the moment the dialog opens, and then sets `data-early` on the body of the page. */
export function clickAllowEarly(page: Page): Promise<void> {
  return page.evaluate(() => {
    const early = new MutationObserver(() => {
      const allow = [...document.querySelectorAll<HTMLButtonElement>('dialog button')].find(
        (button) => button.textContent === 'Allow',
      );
      if (!allow) return;
      early.disconnect();
      allow.click();
      document.body.dataset['early'] = 'clicked';
    });
    early.observe(document.body, { subtree: true, childList: true });
  });
}
