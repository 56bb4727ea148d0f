import { REPRESENTATIONS, type RepresentationId } from '../../core/compression/representation.ts';
import type { CatalogueEntry } from '../../notebook/catalogue.ts';
import { terms } from './in-use.svelte.ts';
import type { ExampleText } from './terms.ts';

/** What a compression of utterances does, in the language in use. */
export const compressionSummary = (id: RepresentationId): string =>
  terms()?.compressions[id] ?? REPRESENTATIONS[id].summary;

/** What is said about a ready-made comparison, by its place among them, in the language in use. */
export const exampleText = (index: number, { title, why }: ExampleText): ExampleText =>
  terms()?.examples[index] ?? { title, why };

/** What a notebook of the lab is about, in the language in use. */
export const notebookSummary = ({ name, summary }: CatalogueEntry): string => terms()?.notebooks[name] ?? summary;

/** Says that notebooks are English; undefined in English. */
export const notebooksInEnglish = (): string | undefined => terms()?.notebooksInEnglish;
