import table from './lines.json' with { type: 'json' };

/** One service that a person in danger can reach; a record of lines.json. */
export interface HelpLine {
  /** Its countries (ISO 3166-1) or region (UN M49), by which the table names it. */
  places: string[];
  /** Countries (ISO 3166-1) where it is shown; empty for the directory, which is shown everywhere. */
  countries: string[];
  /** `emergency`: for immediate danger to life. `talk`: somebody who listens. */
  kind: string;
  name: string;
  /** What to call, text or open, as people write it. */
  contact: string;
  href: string;
  /** The service's own page that states this contact. */
  source: string;
  /** The day (YYYY-MM-DD) on which a person opened the source and found this contact; null if unverified. */
  verifiedOn: string | null;
  /** The name or initials of that person; null if unverified. */
  verifiedBy: string | null;
}

const ALL: readonly HelpLine[] = table;

/** The lines of countries and regions. */
export const HELP_LINES: readonly HelpLine[] = ALL.filter(({ countries }) => countries.length > 0);

/** Directories with lines of every country; shown to everybody. */
export const DIRECTORIES: readonly HelpLine[] = ALL.filter(({ countries }) => countries.length === 0);

/** The lines of a country, emergency numbers first; empty if the table has none or the country is unknown. */
export function linesOf(country: string | undefined): HelpLine[] {
  const found = HELP_LINES.filter(({ countries }) => country !== undefined && countries.includes(country));
  return [...found.filter(({ kind }) => kind === 'emergency'), ...found.filter(({ kind }) => kind !== 'emergency')];
}

/** A unique key of a line; names alone repeat. */
export const lineKey = ({ places, name, href }: HelpLine): string => `${places.join(' ')} ${name} ${href}`;
