import { at } from '../at.ts';
import { LabError } from '../error.ts';

/** The part of WordNet that METEOR needs. */
export interface WordNet {
  /** Single words that share a synset with `word` in any part of speech, in lower case; `word` itself may be absent. */
  synonyms: (word: string) => ReadonlySet<string>;
}

/** The first line of the compact file that build/wordnet.ts writes. */
export const WORDNET_HEADER = 'solace-lab wordnet 1: WordNet 3.0';

/** Parts of speech in the order of the file's sections, with the endings that NLTK's `_morphy` removes and adds. */
export const WORDNET_SECTIONS = [
  {
    pos: 'noun',
    endings: [
      ['s', ''],
      ['ses', 's'],
      ['ves', 'f'],
      ['xes', 'x'],
      ['zes', 'z'],
      ['ches', 'ch'],
      ['shes', 'sh'],
      ['men', 'man'],
      ['ies', 'y'],
    ],
  },
  {
    pos: 'verb',
    endings: [
      ['s', ''],
      ['ies', 'y'],
      ['es', 'e'],
      ['es', ''],
      ['ed', 'e'],
      ['ed', ''],
      ['ing', 'e'],
      ['ing', ''],
    ],
  },
  {
    pos: 'adj',
    endings: [
      ['er', ''],
      ['est', ''],
      ['er', 'e'],
      ['est', 'e'],
    ],
  },
  { pos: 'adv', endings: [] },
] as const;

const SPACE = 32;
const NEWLINE = 10;
/** Spreads hashes over the slots of a table (Knuth's multiplicative hashing). */
const GOLDEN = 0x9e3779b1;

interface Section {
  endings: readonly (readonly [string, string])[];
  /** The lines of the synsets of a lemma in lower case. */
  synsets: (lemma: string) => string[];
  exceptions: Map<string, string[]>;
}

/**
 * Reads the compact WordNet: after the header, each part of speech has a section of synsets (one per line: its lemmas,
 * separated by spaces, in the case of the database) and one of exceptions (inflected form, then lemmas); an empty line
 * ends a section.
 *
 * Reference: Miller (1995), "WordNet: a lexical database for English", version 3.0; lookup as NLTK 3.10.4
 * `wordnet.synsets(word)` with `_morphy`: the form itself, then its exceptions or else its regular endings.
 */
export function parseWordNet(text: string): WordNet {
  const newline = text.indexOf('\n');
  const blocks = text.slice(newline + 1).split('\n\n');
  if (text.slice(0, newline) !== WORDNET_HEADER || blocks.length < 2 * WORDNET_SECTIONS.length) {
    throw new LabError({
      code: 'bad-file',
      where: 'WordNet',
      what: `This is not a compact WordNet file (expected the header "${WORDNET_HEADER}" and eight sections).`,
      todo: 'Build it again with build/wordnet.ts.',
    });
  }
  const sections = WORDNET_SECTIONS.map(({ endings }, i) => ({
    endings,
    synsets: indexSynsets(at(blocks, 2 * i)),
    exceptions: indexExceptions(at(blocks, 2 * i + 1)),
  }));
  const known = new Map<string, ReadonlySet<string>>();
  return {
    synonyms(word) {
      const form = word.toLowerCase();
      let found = known.get(form);
      if (!found) known.set(form, (found = new Set(sections.flatMap((section) => lookUp(form, section)))));
      return found;
    },
  };
}

/** Reads the compact file's bytes: gzipped as committed, or already unpacked by the server. */
export async function readWordNet(bytes: Uint8Array<ArrayBuffer>): Promise<WordNet> {
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const stream = new Blob([bytes]).stream();
  try {
    return parseWordNet(
      await new Response(zipped ? stream.pipeThrough(new DecompressionStream('gzip')) : stream).text(),
    );
  } catch (error) {
    throw LabError.from(error, {
      code: 'bad-file',
      where: 'WordNet',
      what: 'The compact WordNet file is damaged.',
      todo: 'Reload the page, or build the file again with build/wordnet.ts.',
    });
  }
}

/**
 * Finds the lines of a lemma in lower case. A string and a list for each of 200,000 lemmas would take a second and 100
 * MB, so this is a hash table of offsets into the text: chains of lemmas with the same hash, in three arrays.
 */
function indexSynsets(block: string): (lemma: string) => string[] {
  const text = block.toLowerCase();
  const places: number[] = [];
  const hashes: number[] = [];
  for (let start = 0, hash = 0, at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : NEWLINE;
    if (code !== SPACE && code !== NEWLINE) {
      hash = (Math.imul(hash, 31) + code) | 0;
      continue;
    }
    places.push(start);
    hashes.push(hash);
    [start, hash] = [at + 1, 0];
  }
  const bits = 32 - Math.clz32(places.length);
  const slot = (hash: number): number => Math.imul(hash, GOLDEN) >>> (32 - bits);
  const first = new Int32Array(2 ** bits).fill(-1);
  const next = new Int32Array(places.length);
  for (let i = places.length - 1; i >= 0; i--) {
    const own = slot(hashes[i] ?? 0);
    next[i] = first[own] ?? -1;
    first[own] = i;
  }
  return (lemma) => {
    const lines: string[] = [];
    let hash = 0;
    for (let at = 0; at < lemma.length; at++) hash = (Math.imul(hash, 31) + lemma.charCodeAt(at)) | 0;
    for (let i = first[slot(hash)] ?? -1; i >= 0; i = next[i] ?? -1) {
      const start = places[i] ?? 0;
      const after = text.charCodeAt(start + lemma.length);
      if (!text.startsWith(lemma, start) || !(after === SPACE || after === NEWLINE || Number.isNaN(after))) continue;
      const end = text.indexOf('\n', start);
      lines.push(block.slice(text.lastIndexOf('\n', start - 1) + 1, end < 0 ? undefined : end));
    }
    return lines;
  };
}

function indexExceptions(block: string): Map<string, string[]> {
  return new Map(
    block.split('\n').map((line) => {
      const [form = '', ...lemmas] = line.split(' ');
      return [form, lemmas];
    }),
  );
}

function lookUp(form: string, { endings, synsets, exceptions }: Section): string[] {
  const lemmas =
    exceptions.get(form) ??
    endings.filter(([old]) => form.endsWith(old)).map(([old, put]) => form.slice(0, form.length - old.length) + put);
  return [form, ...lemmas].flatMap(synsets).flatMap(comparable);
}

/** METEOR compares in lower case and without multi-word lemmas, so that "Paris" and "hot_dog" never match. */
function comparable(line: string): string[] {
  return line.split(' ').filter((lemma) => !lemma.includes('_') && lemma === lemma.toLowerCase());
}
