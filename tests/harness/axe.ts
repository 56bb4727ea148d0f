import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

/**
 * The violations that axe calls serious or critical, one line each: rule, requirement, and the failing elements.
 * `part`: a selector, where the whole page would take seconds.
 */
export async function seriousViolations(page: Page, part = 'html'): Promise<string[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Evaluated through the debugger: the page's own policy would refuse a script element.
  await page.evaluate(source);
  const results = await page.evaluate(async (selector) => {
    // Colours in transition cannot be judged.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    // An animation of an element that is not painted may never end.
    await Promise.race([
      Promise.allSettled(ending.map(({ finished }) => finished)),
      new Promise((resolve) => setTimeout(resolve, 1000)),
    ]);
    const { axe } = globalThis as unknown as { axe: { run(context: string): Promise<AxeResults> } };
    return axe.run(selector);
  }, part);
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help} — ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
}
