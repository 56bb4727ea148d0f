import type { Catalogue } from './catalogue.ts';
import type { LanguageId } from './languages.ts';

/** How the texts of a language are fetched, each as a file of its own; English comes with the views. */
export const LOAD_TEXTS: Record<Exclude<LanguageId, 'en'>, () => Promise<{ catalogue: Catalogue }>> = {
  de: () => import('./de/index.ts'),
  es: () => import('./es/index.ts'),
};
