import type { RepresentationId } from '../core/compression/representation.ts';

/** What the interface says of each representation before any of their code is loaded. */
export const REPRESENTATIONS: Record<RepresentationId, { name: string; summary: string }> = {
  raw: { name: 'Raw', summary: 'Every word as it was written.' },
  keypos: { name: 'KeyPOS', summary: 'Only words of key parts of speech, such as nouns, verbs and pronouns.' },
  nostopwords: { name: 'NoStopwords', summary: 'Everything but the 179 commonest English words.' },
};
