import table from './lines.json' with { type: 'json' };

/** One service that a person in danger can reach; a record of lines.json. */
export interface HelpLine {
  /** Where it answers, in a reader's words. */
  region: string;
  /** Countries (ISO 3166-1) whose people are shown it; none for the directory, which is for all. */
  countries: string[];
  /** `emergency`: for a life in danger now. `talk`: somebody who listens. */
  kind: string;
  name: string;
  /** What to call, text or open, as people write it. */
  contact: string;
  href: string;
  /** The page of the service that gives this contact. */
  source: string;
  /** The day (YYYY-MM-DD) on which a person opened the source and found this contact; null while nobody has. */
  verifiedOn: string | null;
  /** The name or initials of that person; null while nobody has. */
  verifiedBy: string | null;
}

const ALL: readonly HelpLine[] = table;

/** The lines of single countries and regions. */
export const HELP_LINES: readonly HelpLine[] = ALL.filter(({ countries }) => countries.length > 0);

/** Lists lines of every country; shown to everybody. */
export const DIRECTORIES: readonly HelpLine[] = ALL.filter(({ countries }) => countries.length === 0);

/** The lines of a country, emergency numbers first; none where the table has none or no country is known. */
export function linesOf(country: string | undefined): HelpLine[] {
  const found = HELP_LINES.filter(({ countries }) => country !== undefined && countries.includes(country));
  return [...found.filter(({ kind }) => kind === 'emergency'), ...found.filter(({ kind }) => kind !== 'emergency')];
}

/** What tells lines apart; names alone repeat. */
export const lineKey = ({ region, name, href }: HelpLine): string => `${region} ${name} ${href}`;
