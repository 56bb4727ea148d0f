import type { Page } from 'playwright-core';
import type { LanguageId } from '../../src/ui/texts/languages.ts';
import { LOAD_TEXTS } from '../../src/ui/texts/load.ts';
import { textsOf } from '../../src/ui/texts/testing/texts-of.ts';

type Other = Exclude<LanguageId, 'en'>;

/** Every English area; a new file in `texts/en` is among them. */
const ENGLISH = import.meta.glob<Record<string, unknown>>('../../src/ui/texts/en/*.ts', { eager: true });

/** Texts of so many letters are looked for within others; shorter ones must be all of a text. */
const LONG = 16;

const letters = (text: string): string => text.replace(/[^\p{L}]/gu, '');

/** An English text as a pattern, in which parts may be anything. */
function patternOf(text: string): string {
  const escaped = text.trim().replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  const open = escaped.replace(/10[1-5]/g, '.+?');
  return letters(text).length < LONG ? `^${open}$` : open;
}

/** The English texts that a language says differently, as patterns. */
async function englishOnly(language: Other): Promise<string[]> {
  const { catalogue } = await LOAD_TEXTS[language]();
  const areas = Object.values(ENGLISH).flatMap((module) => Object.entries(module));
  const own = new Map(Object.entries(catalogue).flatMap(([name, area]) => textsOf(area, name)));
  const said = new Set(own.values());
  return areas
    .flatMap(([name, area]) => textsOf(area, name))
    .filter(([path, text]) => own.get(path) !== text && !said.has(text) && letters(text).length > 2)
    .map(([, text]) => patternOf(text));
}

/**
 * English texts of the catalogue that can be seen, or are said by screen readers, in a part of a page that speaks
 * another language. What is marked as English is left out: it is data.
 */
export async function leftInEnglish(page: Page, language: Other, part = 'body'): Promise<string[]> {
  const patterns = await englishOnly(language);
  const texts = await page.locator(part).evaluateAll((parts) => {
    const found = new Set<string>();
    const add = (text: string | null): void => void (text?.trim() && found.add(text.trim().replace(/\s+/g, ' ')));
    for (const element of parts.flatMap((each) => [each, ...each.querySelectorAll('*')])) {
      if (element.closest('[lang]')?.getAttribute('lang') === 'en') continue;
      if (element.closest('script, style') || !element.checkVisibility({ visibilityProperty: true })) continue;
      for (const name of ['aria-label', 'title', 'placeholder', 'aria-valuetext', 'alt', 'data-before'])
        add(element.getAttribute(name));
      for (const child of element.childNodes) if (child.nodeType === Node.TEXT_NODE) add(child.textContent);
    }
    return [...found];
  });
  if (texts.length === 0) throw new Error(`Nothing can be read in ${part}.`);
  const english = patterns.map((pattern) => new RegExp(pattern, 'u'));
  return texts.filter((text) => english.some((pattern) => pattern.test(text)));
}

/**
 * Visible sentences with words that neither German nor Spanish has, wherever they come from: texts that are not in the
 * catalogue. What people, models and datasets wrote has a `dir` of its own, is quoted, or is in figures and lists to
 * choose from.
 */
export async function englishSentences(page: Page): Promise<string[]> {
  const texts = await page
    .locator('main :not([dir], [dir] *, [lang=en], [lang=en] *, svg *, option)')
    .evaluateAll((all) =>
      all
        .filter((element) => element.checkVisibility({ visibilityProperty: true }))
        .flatMap(({ childNodes }) => [...childNodes])
        .flatMap((child) => (child.nodeType === Node.TEXT_NODE ? (child.textContent ?? '') : [])),
    );
  const unquoted = (text: string): string => text.replace(/„[^“]*“|«[^»]*»/g, '');
  return texts.filter((text) => /\b(the|and|with|of|are|from|your|this|which|could)\b/i.test(unquoted(text)));
}
