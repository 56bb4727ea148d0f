/** The languages of the interface, each by its own name. */
export const LANGUAGES = { en: 'English', de: 'Deutsch', es: 'Español' } as const;

export type LanguageId = keyof typeof LANGUAGES;

export const LANGUAGE_IDS = Object.keys(LANGUAGES) as LanguageId[];

const isLanguage = (id: string): id is LanguageId => Object.hasOwn(LANGUAGES, id);

/** The first of these BCP 47 tags, most preferred first, whose language the interface has; English if there is none. */
export function preferredLanguage(tags: readonly string[]): LanguageId {
  for (const tag of tags) {
    const [id = ''] = tag.toLowerCase().split(/[-_]/);
    if (isLanguage(id)) return id;
  }
  return 'en';
}
