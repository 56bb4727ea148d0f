import { REPRESENTATION_IDS, type RepresentationId } from '../../compression/representation.ts';

/** What is known of where an adapter comes from. */
export interface Provenance {
  name: string;
  licence?: string | undefined;
  /** The data that it was trained on, a sentence. */
  dataset?: string | undefined;
  representation?: RepresentationId | undefined;
}

/** Kinds of licence, the strictest first; a text that matches none stands between the second and the third. */
const STRICTNESS: readonly RegExp[] = [
  /\b(?:NC|ND)\b|non-?commercial|no-?deriv|research only|all rights reserved/i,
  /\b(?:SA|A?GPL)\b|share-?alike/i,
  /\bBY\b|\bLGPL\b|\bMPL\b/i,
  /\bApache|\bMIT\b|\bBSD\b|\bCC0\b|public domain/i,
];

const strictness = (licence: string): number => {
  const kind = STRICTNESS.findIndex((pattern) => pattern.test(licence));
  return kind < 0 ? 1.5 : kind;
};

/**
 * The licence of what is made of several adapters: the strictest one, followed by that of each source, since all of
 * them apply; undefined if none is stated.
 */
export function combinedLicence(sources: readonly Provenance[]): string | undefined {
  const stated = [...new Set(sources.flatMap(({ licence }) => licence ?? []))];
  const [strictest] = [...stated].sort((a, b) => strictness(a) - strictness(b));
  if (strictest === undefined || (stated.length === 1 && sources.every(({ licence }) => licence !== undefined)))
    return strictest;
  const each = sources.map(({ name, licence }) => `${name}: ${licence ?? 'not stated'}`);
  return `${strictest}. This is the strictest; all of these apply: ${each.join(' / ')}`;
}

/** The data of several adapters, each once; undefined if none is stated. */
export function combinedDataset(sources: readonly Provenance[]): string | undefined {
  const stated = [...new Set(sources.flatMap(({ dataset }) => dataset ?? []))];
  if (stated.length === 0) return undefined;
  const silent = sources.filter(({ dataset }) => dataset === undefined).map(({ name }) => `not stated (${name})`);
  return [...stated, ...silent].join(' / ');
}

/** The representation that all adapters were trained on; undefined if they differ or one does not state it. */
export function commonRepresentation(sources: readonly Provenance[]): RepresentationId | undefined {
  const [first, ...others] = sources.map(({ representation }) => representation);
  return others.every((other) => other === first) ? first : undefined;
}

/** What a source states, a line for a card. */
export function provenanceLine({ name, licence, dataset, representation }: Provenance): string {
  return (
    `Source ${name}: licence ${licence ?? 'not stated'}; data ${dataset ?? 'not stated'}; ` +
    `utterances as ${representation ?? 'not stated'}.`
  );
}

const UTTERANCES = '; utterances as ';

/** The value of a card's row about the data. */
export const dataRow = ({ dataset, representation }: Pick<Provenance, 'dataset' | 'representation'>): string =>
  `${dataset ?? 'not stated'}${representation ? `${UTTERANCES}${representation}` : ''}`;

/** What {@link dataRow} wrote. */
export function parseDataRow(row: string): Pick<Provenance, 'dataset' | 'representation'> {
  const at = row.lastIndexOf(UTTERANCES);
  const representation = REPRESENTATION_IDS.find((id) => at >= 0 && id === row.slice(at + UTTERANCES.length));
  return { dataset: representation ? row.slice(0, at) : row, representation };
}
