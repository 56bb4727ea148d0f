import { describe, expect, it } from 'vitest';
import { HELP_LINES } from '../../core/safety/help/lines.ts';
import { about } from './en/about.ts';
import { chat } from './en/chat.ts';
import { compare } from './en/compare.ts';
import { components } from './en/components.ts';
import { context } from './en/context.ts';
import { glossary } from './en/glossary.ts';
import { data } from './en/data.ts';
import { help } from './en/help.ts';
import { look } from './en/look.ts';
import { settings } from './en/settings.ts';
import { explorer } from './en/explorer.ts';
import { notebooks } from './en/notebooks.ts';
import { runs } from './en/runs.ts';
import { shell } from './en/shell.ts';
import { tour } from './en/tour.ts';
import { models } from './en/models.ts';
import { preferredLanguage } from './languages.ts';
import { LOAD_TEXTS } from './load.ts';
import { PARTS, textsOf } from './testing/texts-of.ts';
import { STARTERS } from '../chat/starters.ts';

const ENGLISH = {
  about,
  chat,
  compare,
  components,
  context,
  data,
  explorer,
  glossary,
  help,
  look,
  models,
  notebooks,
  runs,
  settings,
  shell,
  tour,
};

/** Words that are the same in another language. */
const SAME: Record<keyof typeof LOAD_TEXTS, readonly string[]> = {
  de: [
    'explorer.median',
    'explorer.original',
    'runs.metric.meteor',
    'runs.name',
    'runs.prompt',
    'notebooks.one',
    'notebooks.code',
    'notebooks.frame',
    'about.licenceEnd',
    'about.version',
    'compare.prompt',
    'data.emotion',
    'models.devices.wasm.name',
    'models.devices.webgpu.name',
    'models.saveFormats.gguf.name',
    'models.webllm',
    'models.name',
    'shell.views.chat.label',
    'shell.views.chat.title',
    'shell.views.notebooks.label',
    'shell.views.notebooks.title',
    'shell.views.tour.label',
    'shell.ok',
    'shell.pace',
    'settings.changed.decoding',
    'settings.decoding.topP.label',
    'settings.decoding.topK.label',
  ],
  es: [
    'explorer.original',
    'runs.metric.meteor',
    'runs.prompt',
    'about.licenceEnd',
    'about.no',
    'compare.prompt',
    'models.devices.wasm.name',
    'models.devices.webgpu.name',
    'models.saveFormats.gguf.name',
    'models.webllm',
    'shell.views.chat.label',
    'shell.views.chat.title',
    'shell.pace',
    'chat.tokens',
    'chat.tokenTerm',
    'settings.changed.decoding',
    'settings.decoding.topP.label',
    'settings.decoding.topK.label',
  ],
};

const numbersIn = (text: string): string[] => (text.match(/10[1-5]|\d+/g) ?? []).sort();

describe.each(['de', 'es'] as const)('the texts in %s', (id) => {
  it('are those of the English catalogue, translated, with the same parts and numbers', async () => {
    const { errors, onProcessor, terms, ...areas } = (await LOAD_TEXTS[id]()).catalogue;
    const english = new Map(textsOf(ENGLISH));
    const texts = textsOf(areas);
    expect(texts.map(([path]) => path).sort()).toEqual([...english.keys()].sort());
    for (const [path, text] of texts)
      expect([path, numbersIn(text)]).toEqual([path, numbersIn(english.get(path) ?? '')]);
    const same = texts.filter(([path, text]) => english.get(path) === text).map(([path]) => path);
    expect(same.sort()).toEqual([...SAME[id]].sort());
    for (const [path, text] of [
      ...texts,
      ...textsOf(errors),
      ...textsOf(onProcessor, 'onProcessor'),
      ...textsOf(terms),
    ]) {
      expect([path, text.trim().length > 0]).toEqual([path, true]);
      expect(text).not.toMatch(/[{}]|undefined|\[object/);
    }
  });
});

it('name no number of their own in crisis: all come from the table', () => {
  const known = HELP_LINES.map(({ contact }) => contact.replace(/\D/g, ''));
  expect(known).toContain('112');
  const own = textsOf(help).flatMap(([, text]) => numbersIn(text).filter((each) => !PARTS.includes(each)));
  expect(own).toEqual(['2026']);
});

it('says in English what people say, and nothing of the engine room', () => {
  const stilted = textsOf(ENGLISH).filter(([, text]) => /\bcan not\b|\bbroken off\b|\bweights of\b/i.test(text));
  expect(stilted).toEqual([]);
  // Two pages are about engines.
  const elsewhere = textsOf(ENGLISH).filter(([path]) => !/^(about|models)\./.test(path));
  expect(elsewhere.filter(([, text]) => /\bWasm\b|\bWebGPU\b/i.test(text))).toEqual([]);
  // On a phone, nothing is beside anything.
  expect(chat.opening).not.toMatch(/\b(?:beside|next to|left|right)\b/i);
  // A person who is asked to begin with one of these would say “don’t”.
  for (const starter of STARTERS)
    expect(starter).not.toMatch(/\b(?:can ?not|(?:do|does|did|is|are|was|have|has|would) not|I am|I have|it is)\b/i);
});

it.each([
  [['de-DE', 'en'], 'de'],
  [['de_AT'], 'de'],
  [['fr-FR', 'es-419', 'en'], 'es'],
  [['en-GB', 'de'], 'en'],
  [['ja', 'constructor'], 'en'],
  [[], 'en'],
])('a browser that asks for %j is shown %s', (tags, id) => {
  expect(preferredLanguage(tags)).toBe(id);
});
