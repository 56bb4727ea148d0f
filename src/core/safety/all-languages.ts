import languages from './languages.json' with { type: 'json' };
import { createLanguageReader, type LanguagePhrases } from './languages.ts';

/** Reports what a message signals in the languages of phrases/languages. */
export const readAllLanguages = createLanguageReader(languages as LanguagePhrases[]);
