import zones from './time-zones.json' with { type: 'json' };

const COUNTRIES = new Map<string, string>();
for (const [country, names] of Object.entries(zones))
  for (const zone of names.split(' ')) COUNTRIES.set(zone.toLowerCase(), country);
const KNOWN: ReadonlySet<string> = new Set(Object.keys(zones));

/** What a browser says of where it is, without asking anybody. */
export interface Place {
  /** BCP 47 tags, the preferred first, as in `navigator.languages`. */
  languages: readonly string[];
  /** An IANA time zone, as `Intl.DateTimeFormat` resolves it. */
  timeZone?: string | undefined;
}

/** Also spoken with this country's tag far from it; the usual country of each language needs no entry. */
const SPREAD: ReadonlySet<string> = new Set(['ar-SA', 'en-GB', 'es-MX', 'pt-PT']);

/**
 * The country (ISO 3166-1) whose numbers are shown; undefined where nothing tells. Nobody is asked.
 *
 * The first language with a country decides where that country is a choice, as in de-AT. Tags such as en-US, en-GB,
 * fr-FR or es-ES say little: browsers all over the world are set to them. So does a country that comes with a later
 * language, such as the `en-US` at the end of most lists. There the time zone decides, since a call is made from where
 * one is. Without a useful time zone, en-US and en-GB count only as the first language.
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

/** Whether a language's country is the one that it has by default. */
function isWidespread({ language, region }: Intl.Locale): boolean {
  return region === new Intl.Locale(language).maximize().region || SPREAD.has(`${language}-${region}`);
}

/** The country of a time zone; undefined for `UTC`, `Etc/…` and names that are no time zone. */
export function countryOfZone(timeZone: string | undefined): string | undefined {
  if (!timeZone) return undefined;
  return COUNTRIES.get(timeZone.toLowerCase()) ?? COUNTRIES.get(canonical(timeZone).toLowerCase());
}

/** A country's English name. */
export function nameOfCountry(country: string): string {
  return new Intl.DisplayNames(['en'], { type: 'region' }).of(country) ?? country;
}

function localeOf(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag);
  } catch {
    return undefined;
  }
}

/** Old names, such as `Japan`, stand for others. */
function canonical(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    return timeZone;
  }
}
