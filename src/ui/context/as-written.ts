import { REPRESENTATIONS, type AsWritten, type RepresentationId } from '../../core/compression/representation.ts';
import { chatTexts } from '../texts/chat.ts';

/** Explains why a message is sent as written although a compression is chosen. */
export function whyAsWritten(reason: AsWritten, representation: RepresentationId): string {
  if (reason === 'danger') return chatTexts.wholeDanger;
  if (reason === 'empty') return chatTexts.wholeEmpty(REPRESENTATIONS[representation].name);
  return chatTexts.wholeLanguage(REPRESENTATIONS[representation].name);
}
