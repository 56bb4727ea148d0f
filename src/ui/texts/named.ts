import { REPRESENTATIONS, type RepresentationId } from '../../core/compression/representation.ts';
import { terms } from './in-use.svelte.ts';

/** What a compression of utterances does, in the language in use. */
export const compressionSummary = (id: RepresentationId): string =>
  terms()?.compressions[id] ?? REPRESENTATIONS[id].summary;
