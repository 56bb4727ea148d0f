import { REPRESENTATIONS, type AsWritten, type RepresentationId } from '../../core/compression/representation.ts';

/** Explains why a message is sent as written although a compression is chosen. */
export function whyAsWritten(reason: AsWritten, representation: RepresentationId): string {
  if (reason === 'danger') return 'This turn may be about danger; it is sent as written.';
  if (reason === 'empty')
    return `${REPRESENTATIONS[representation].name} would leave nothing of this message; it is sent as written.`;
  return `${REPRESENTATIONS[representation].name} knows only English; this message is sent as written.`;
}
