import { UPOS } from './representation.ts';
import type { Upos } from './representation.ts';

const KNOWN = new Set<string>(UPOS);

/** Reads a tag; anything that is not a universal tag is X. */
export const asUpos = (tag: string | undefined): Upos => (tag !== undefined && KNOWN.has(tag) ? (tag as Upos) : 'X');
