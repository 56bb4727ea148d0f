import { CRISIS_LINES, type CrisisLine } from '../../safety/crisis.ts';

/** How the table of lines names the countries of a language tag's region. */
const REGION_NAMES: Record<string, RegExp> = {
  US: /\bUS\b/, CA: /\bCanada\b/, GB: /\b(UK|Europe)\b/, IE: /\b(Ireland|Europe)\b/, AU: /\bAustralia\b/, NZ: /\bNew Zealand\b/,
  IN: /\bIndia\b/, DE: /\b(Germany|Europe)\b/, AT: /\b(Austria|Europe)\b/, CH: /\b(Switzerland|Europe)\b/, FR: /\b(France|Europe)\b/,
  ES: /\b(Spain|Europe)\b/, NL: /\b(Netherlands|Europe)\b/, BR: /\bBrazil\b/, ZA: /\bSouth Africa\b/, SG: /\bSingapore\b/, KR: /\bSouth Korea\b/,
};

/**
 * The lines of the country that the browser's languages name; none where they name no country of the table. Nothing
 * better is known without asking where a person is, and a guess from the language alone could name a wrong number.
 */
export function crisisLinesFor(languages: readonly string[]): CrisisLine[] {
  for (const language of languages) {
    const region = regionOf(language);
    const names = region && REGION_NAMES[region];
    if (names) return CRISIS_LINES.filter((line) => names.test(line.region));
  }
  return [];
}

function regionOf(language: string): string | undefined {
  try {
    return new Intl.Locale(language).region;
  } catch {
    return undefined;
  }
}
