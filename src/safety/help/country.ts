import zones from './time-zones.json' with { type: 'json' };

const COUNTRIES = new Map<string, string>();
for (const [country, names] of Object.entries(zones)) for (const zone of names.split(' ')) COUNTRIES.set(zone.toLowerCase(), country);
const KNOWN: ReadonlySet<string> = new Set(Object.keys(zones));

/** What a browser says of where it is, without asking anybody. */
export interface Place {
  /** BCP 47 tags, the preferred first, as in `navigator.languages`. */
  languages: readonly string[];
  /** An IANA time zone, as `Intl.DateTimeFormat` resolves it. */
  timeZone?: string;
}

/**
 * The country (ISO 3166-1) whose numbers are shown; undefined where nothing tells. Nobody is asked.
 *
 * The first language with a country decides, unless it says little: en-US and en-GB are what browsers all over the world
 * are set to, and a country that comes with a later language, such as the `en-US` at the end of most lists, is not the
 * person's. There the time zone decides. Without a useful time zone, en-US and en-GB count only as the first language.
 */
export function countryOf({ languages, timeZone }: Place): string | undefined {
  const tags = languages.flatMap((tag) => localeOf(tag) ?? []);
  const [preferred] = tags;
  const placed = tags.find(({ region }) => region !== undefined && KNOWN.has(region));
  if (!placed || !preferred) return countryOfZone(timeZone);
  const everywhere = placed.language === 'en' && (placed.region === 'US' || placed.region === 'GB');
  if (placed.language === preferred.language && !everywhere) return placed.region;
  const zone = countryOfZone(timeZone);
  return zone ?? (everywhere && placed !== preferred ? undefined : placed.region);
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
