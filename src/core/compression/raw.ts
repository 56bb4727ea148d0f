import type { Representation } from './representation.ts';
import { segment } from './segment.ts';

/** The utterance as it was written, byte for byte; its spans are words and marks, all kept. */
export const RAW: Representation = {
  id: 'raw',
  compress: (text) => ({ text, spans: segment(text).map((word) => ({ ...word, keep: true })) }),
};
