import { nameOfCountry } from '../../core/safety/help/country.ts';
import type { HelpLine } from '../../core/safety/help/lines.ts';
import { helpTexts } from '../texts/help.ts';
import { language } from '../texts/in-use.svelte.ts';

/** Europe in UN M49. */
const EUROPE = '150';

/** The name of a line in the language in use; services keep the names by which they are known. */
export const nameOf = ({ kind, name }: HelpLine): string => (kind === 'emergency' ? helpTexts.emergencyServices : name);

/** Its countries or region in the language in use, e.g. "United Kingdom and Ireland". */
export const regionOf = ({ places }: HelpLine): string =>
  new Intl.ListFormat(language(), { type: 'conjunction' }).format(
    places.map((place) => (place === EUROPE ? helpTexts.europe : nameOfCountry(place, language()))),
  );

/** What to call, text or open, in the language in use; `inSentence`: as it stands within a sentence. */
export function contactOf({ contact }: HelpLine, inSentence = false): string {
  const number = /^Call or text (\d+)$/.exec(contact)?.[1];
  if (number === undefined) return contact;
  return inSentence ? helpTexts.orText(number) : helpTexts.callOrText(number);
}
