import type { Representation } from './representation.ts';
import { segment } from './segment.ts';

/** The utterance exactly as written; its spans are words and punctuation, all kept. */
export const RAW: Representation = {
  id: 'raw',
  compress: (text) => ({ text, spans: segment(text).map((word) => ({ ...word, keep: true })) }),
};
