import { describe, expect, it } from 'vitest';
import { countryOf, countryOfZone, nameOfCountry } from './country.ts';
import { DIRECTORIES, HELP_LINES, lineKey, linesOf } from './lines.ts';

describe('the table of lines', () => {
  it('names a contact and a source, and invents no date', () => {
    for (const line of [...HELP_LINES, ...DIRECTORIES]) {
      expect(line.href).toMatch(/^(?:tel:\d+|https:\/\/\S+)$/);
      expect(line.source).toMatch(/^https:\/\//);
      expect(['emergency', 'talk']).toContain(line.kind);
      expect(line.verifiedOn ?? '2000-01-01').toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(line.verifiedBy === null, line.name).toBe(line.verifiedOn === null);
      expect(line.verifiedBy).not.toBe('');
      if (line.href.startsWith('tel:')) expect(line.contact.replace(/\D/g, '')).toBe(line.href.slice(4));
      for (const place of [...line.countries, ...line.places]) expect(nameOfCountry(place)).not.toBe(place);
      expect(line.places.length).toBeGreaterThan(0);
    }
    expect(DIRECTORIES.map(({ contact }) => contact)).toEqual(['findahelpline.com']);
  });

  it('has no line twice, in any country', () => {
    const keys = [...HELP_LINES, ...DIRECTORIES].map(lineKey);
    expect(new Set(keys).size).toBe(keys.length);
    for (const country of new Set(HELP_LINES.flatMap(({ countries }) => countries))) {
      const [first, ...others] = linesOf(country);
      expect(linesOf(country).filter(({ kind }) => kind === 'emergency').length).toBeLessThanOrEqual(1);
      expect(others.every(({ kind }) => kind === 'talk')).toBe(true);
      expect(first).toBeDefined();
    }
  });
});

describe('the country whose numbers are shown', () => {
  const numbers = (languages: string[], timeZone?: string): string[] =>
    linesOf(countryOf({ languages, timeZone })).map(({ contact }) => contact);

  it.each([
    // The first language with a country.
    [['it-IT', 'it', 'en-US', 'en'], undefined, ['112']],
    [['it-IT', 'it', 'en-US', 'en'], 'Europe/Rome', ['112']],
    [['de-AT', 'de', 'en-US', 'en'], 'Europe/Vienna', ['112', '142']],
    [['pl-PL', 'pl', 'en-US', 'en'], 'Europe/Warsaw', ['112']],
    [['de', 'de-CH', 'en-US'], undefined, ['112', '143']],
    [['en-AU', 'en-US', 'en'], 'Australia/Sydney', ['000', '13 11 14']],
    [['en-CA', 'en-US', 'en'], 'America/Toronto', ['911', 'Call or text 988']],
    [['nb-NO', 'nb', 'no', 'nn', 'en-US', 'en'], 'Europe/Oslo', ['112']],
    [['en-UK'], undefined, ['999', '116 123']],
    // A country outside the table gets no number at all, whatever comes after it.
    [['ja-JP', 'ja', 'en-US', 'en'], 'Asia/Tokyo', []],
    [['zh-Hant-TW', 'zh', 'en-US', 'en'], undefined, []],
    [['es-MX', 'es', 'en-US', 'en'], 'America/Mexico_City', []],
    // Languages without a country: the time zone.
    [['de', 'en-US', 'en'], 'Europe/Berlin', ['112', '0800 111 0 111']],
    [['en'], 'Europe/London', ['999', '116 123']],
    [['fr'], 'Europe/Brussels', ['112']],
    [['es-419', 'es', 'en-US'], 'America/Bogota', []],
    [['ar', 'fr-FR', 'en-US'], 'Africa/Algiers', []],
    [['en-001'], 'Asia/Calcutta', ['14416']],
    [['en-XA', 'not a language', '', 'C'], 'Asia/Seoul', ['109']],
    [[], 'Pacific/Auckland', ['111', 'Call or text 1737']],
    // Many browsers elsewhere are set to US or UK English.
    [['en-US', 'en'], 'Europe/Paris', ['112', '3114']],
    [['en-US', 'en'], 'America/New_York', ['911', 'Call or text 988']],
    [['en-US'], 'Asia/Kolkata', ['14416']],
    [['en-GB', 'en'], 'Africa/Lagos', []],
    [['en-GB', 'en-US', 'en'], 'Europe/Dublin', ['112', '116 123']],
    [['en-GB'], 'Europe/London', ['999', '116 123']],
    // The same for other languages' default countries, and two more; a person calls from where they are.
    [['fr-FR', 'fr', 'en-US', 'en'], 'Africa/Dakar', []],
    [['es-ES', 'es'], 'America/Bogota', []],
    [['pt-PT', 'pt'], 'Africa/Luanda', []],
    [['pt-BR', 'pt', 'en-US', 'en'], 'Europe/Lisbon', ['112']],
    [['uk-UA', 'ru'], 'Europe/Warsaw', ['112']],
    [['es-MX', 'es'], 'America/Los_Angeles', ['911', 'Call or text 988']],
    [['tr-TR'], 'Europe/Berlin', ['112', '0800 111 0 111']],
    [['de-DE', 'de'], 'Europe/Zurich', ['112', '143']],
    [['ko-KR', 'ko'], 'America/Los_Angeles', ['911', 'Call or text 988']],
    [['fr-FR', 'fr'], 'UTC', ['112', '3114']],
    [['nl-BE', 'nl'], 'Europe/Amsterdam', ['112']],
    // Territories share the lines of their country.
    [['fr-FR', 'fr'], 'Indian/Reunion', ['112', '3114']],
    [['en-US'], 'America/Puerto_Rico', ['911', 'Call or text 988']],
    [['en-GB'], 'Europe/Jersey', ['999', '116 123']],
    [['sv-FI'], 'Europe/Mariehamn', ['112']],
    [['en-US'], 'Europe/Mariehamn', ['112']],
    // The zone is unknown.
    [['en-US', 'en'], 'UTC', ['911', 'Call or text 988']],
    [['en-GB'], 'Etc/GMT', ['999', '116 123']],
    [['de', 'en-US', 'en'], 'UTC', []],
    [['ja', 'en-US'], undefined, []],
    [['fr', 'de-CH'], undefined, ['112', '143']],
    [['de', 'en-US'], 'Nowhere/Atall', []],
    [[], undefined, []],
  ] as [string[], string | undefined, string[]][])('%j in %s: %j', (languages, timeZone, expected) => {
    expect(numbers(languages, timeZone)).toEqual(expected);
  });

  it('is known for the time zones that browsers report, under old and new names', () => {
    expect(countryOfZone('Asia/Saigon')).toBe('VN');
    expect(countryOfZone('Europe/Kyiv')).toBe(countryOfZone('Europe/Kiev'));
    expect(countryOfZone('America/Buenos_Aires')).toBe('AR');
    expect(countryOfZone('Japan')).toBe('JP');
    expect(countryOfZone('US/Eastern')).toBe('US');
    const placed = Intl.supportedValuesOf('timeZone').filter((zone) => countryOfZone(zone) !== undefined);
    expect(placed.length).toBeGreaterThan(400);
  });
});
