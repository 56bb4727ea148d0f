import { afterEach, expect, it } from 'vitest';
import type { Catalogue } from '../texts/catalogue.ts';
import { speak } from '../texts/in-use.svelte.ts';
import { LOAD_TEXTS } from '../texts/load.ts';
import { shellTexts } from '../texts/shell.ts';
import { LanguageChoice } from './language.svelte.ts';
import { memoryTexts } from './testing/fakes.ts';

afterEach(() => speak('en', null));

const offline = (): Promise<{ catalogue: Catalogue }> => Promise.reject(new Error('offline'));
const choiceOf = (texts: ReturnType<typeof memoryTexts>, preferred: string[], load = LOAD_TEXTS) => {
  const root = { lang: 'en' };
  return { root, choice: new LanguageChoice({ texts, root, preferred, load }) };
};

it('is the browser’s until the person chooses another, which is kept', async () => {
  const texts = memoryTexts();
  const { root, choice } = choiceOf(texts, ['de-DE', 'en']);
  await choice.start();
  expect([choice.current, root.lang, shellTexts.menu]).toEqual(['de', 'de', 'Menü']);
  expect(await choice.set('es')).toBe(true);
  expect([choice.current, root.lang, shellTexts.keep]).toEqual(['es', 'es', 'Conservar']);
  const again = choiceOf(texts, ['de-DE', 'en']);
  await again.choice.start();
  expect([again.choice.current, again.root.lang]).toEqual(['es', 'es']);
  await again.choice.set('en');
  expect([again.root.lang, shellTexts.menu]).toEqual(['en', 'Menu']);
});

it('stays as it is where the texts of another cannot be had', async () => {
  const { root, choice } = choiceOf(memoryTexts(), ['de'], { de: offline, es: offline });
  await choice.start();
  expect([choice.current, root.lang, shellTexts.menu]).toEqual(['en', 'en', 'Menu']);
  expect(await choice.set('es')).toBe(false);
  expect([choice.current, root.lang]).toEqual(['en', 'en']);
});
