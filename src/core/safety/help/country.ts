import zones from './time-zones.json' with { type: 'json' };

const COUNTRIES = new Map<string, string>();
for (const [country, names] of Object.entries(zones))
  for (const zone of names.split(' ')) COUNTRIES.set(zone.toLowerCase(), country);
const KNOWN: ReadonlySet<string> = new Set(Object.keys(zones));

/** What a browser reveals about its location without a request or permission. */
export interface Place {
  /** BCP 47 tags, most preferred first, as in `navigator.languages`. */
  languages: readonly string[];
  /** An IANA time zone, as `Intl.DateTimeFormat` resolves it. */
  timeZone?: string | undefined;
}

/** Tags also used far from their country; the default country of each language needs no entry. */
const SPREAD: ReadonlySet<string> = new Set(['ar-SA', 'en-GB', 'es-MX', 'pt-PT']);

/**
 * The country (ISO 3166-1) whose numbers are shown; undefined if unknown. Makes no request.
 *
 * The first language with a country decides if its country was chosen deliberately, as in de-AT. Tags such as en-US,
 * en-GB, fr-FR or es-ES say little, because browsers all over the world use them. So does the country of a later
 * language, such as the `en-US` at the end of most lists. Then the time zone decides, since a person calls from where
 * they are. Without a useful time zone, en-US and en-GB count only as the first language.
 */
export function countryOf({ languages, timeZone }: Place): string | undefined {
  const tags = languages.flatMap((tag) => localeOf(tag) ?? []);
  const [preferred] = tags;
  const placed = tags.find(({ region }) => region !== undefined && KNOWN.has(region));
  if (!placed || !preferred) return countryOfZone(timeZone);
  if (placed.language === preferred.language && !isWidespread(placed)) return placed.region;
  const everywhere = placed.language === 'en' && (placed.region === 'US' || placed.region === 'GB');
  const zone = countryOfZone(timeZone);
  return zone ?? (everywhere && placed !== preferred ? undefined : placed.region);
}

/** Whether a tag's country is the default of its language. */
function isWidespread({ language, region }: Intl.Locale): boolean {
  return region === new Intl.Locale(language).maximize().region || SPREAD.has(`${language}-${region}`);
}

/** The country of a time zone; undefined for `UTC`, `Etc/…` and unknown names. */
export function countryOfZone(timeZone: string | undefined): string | undefined {
  if (!timeZone) return undefined;
  return COUNTRIES.get(timeZone.toLowerCase()) ?? COUNTRIES.get(canonical(timeZone).toLowerCase());
}

/** The name of a country (ISO 3166-1) or region (UN M49), by default in English. */
export function nameOfCountry(country: string, language = 'en'): string {
  return new Intl.DisplayNames([language], { type: 'region' }).of(country) ?? country;
}

function localeOf(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag);
  } catch {
    return undefined;
  }
}

/** Aliases: old names such as `Japan`. */
function canonical(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    return timeZone;
  }
}
