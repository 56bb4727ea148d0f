import type { LabErrorCode } from '../../core/error.ts';
import type { Catalogue } from './catalogue.ts';
import type { LanguageId } from './languages.ts';
import type { Terms } from './terms.ts';

/** The areas that have an English source. */
type Area = Exclude<keyof Catalogue, 'errors' | 'onProcessor' | 'terms'>;

let inUse = $state.raw<{ id: LanguageId; catalogue: Catalogue | null }>({ id: 'en', catalogue: null });

/** The language that the interface speaks. */
export const language = (): LanguageId => inUse.id;

/** Has the interface speak a language; `catalogue` is null for English, whose texts come with the views. */
export function speak(id: LanguageId, catalogue: Catalogue | null): void {
  inUse = { id, catalogue };
}

/**
 * The texts of one area in the language in use, `english` until another is loaded. A component or a derived value that
 * reads one follows a change of the language.
 */
export function area<Name extends Area>(name: Name, english: Catalogue[Name]): Catalogue[Name] {
  return new Proxy(english, {
    get: (source, text): unknown => Reflect.get(inUse.catalogue?.[name] ?? source, text),
  });
}

/** What an error with this code means, in the language in use; undefined in English, where the error says it. */
export const errorMeaning = (code: LabErrorCode): string | undefined => inUse.catalogue?.errors[code];

/** That a model runs on the processor, in the language in use; undefined in English, where the engine says why. */
export const processorNote = (): string | undefined => inUse.catalogue?.onProcessor;

/** Names and sentences that `core` and `lab` have in English, in the language in use; undefined in English. */
export const terms = (): Terms | undefined => inUse.catalogue?.terms;

/** The `lang` of a text that is English whatever the language of the interface; undefined where that is English too. */
export const markEnglish = (): 'en' | undefined => (inUse.id === 'en' ? undefined : 'en');
