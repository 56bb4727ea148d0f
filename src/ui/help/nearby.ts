import type { CrisisSignal } from '../../core/safety/kinds.ts';
import { countryOf } from '../../core/safety/help/country.ts';
import { linesOf, type HelpLine } from '../../core/safety/help/lines.ts';
import { firstReply } from './first-reply.ts';

/**
 * The help lines of the country (ISO 3166-1) that this browser seems to be in; none if it does not say. Determined
 * again each time, because its settings may change. Never throws: if a browser lacks something, all countries are still
 * listed.
 */
export function nearby(): { country: string | null; lines: HelpLine[] } {
  try {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const country = countryOf({ languages: navigator.languages, timeZone });
    const lines = linesOf(country);
    return { country: country !== undefined && lines.length > 0 ? country : null, lines };
  } catch {
    return { country: null, lines: [] };
  }
}

/** What a person in danger reads first, with the numbers of their country. */
export const firstReplyTo = ({ kinds }: Pick<CrisisSignal, 'kinds'>): string => firstReply(kinds, nearby().lines);
