import { z } from 'zod';
import { loadRepresentation } from '../../representation/load.ts';
import { TAGGER_IDS, type TokenSpan } from '../../representation/representation.ts';
import { choose, parseOptions, required, type Command } from '../command-line.ts';
import { readJsonArray } from './json.ts';

const METHODS = ['keypos', 'nostopwords'] as const;
const USAGE = `--method ${METHODS.join('|')} [--tagger ${TAGGER_IDS.join('|')}] --texts FILE`;

/** Which words of texts a compression keeps: for each text one JSON array a line of [start, end, keep]. */
export const compressCommand: Command = {
  summary: 'Say which words of texts a compression keeps, as [start, end, keep] in code points.',
  usage: USAGE,
  async run(args, print) {
    const text = { type: 'string' } as const;
    const options = parseOptions(args, { method: text, tagger: text, texts: text }, USAGE);
    const method = choose('method', required('method', options.method, USAGE), METHODS);
    const tagger = options.tagger === undefined ? undefined : choose('tagger', options.tagger, TAGGER_IDS);
    const texts = await readJsonArray(required('texts', options.texts, USAGE), z.string());
    const representation = await loadRepresentation(method, { tagger });
    for (const input of texts) print(JSON.stringify(inCodePoints(input, representation.compress(input).spans)));
  },
};

/** Offsets as every language but JavaScript counts them, so that a script in Python may slice with them. */
function inCodePoints(text: string, spans: readonly TokenSpan[]): [start: number, end: number, keep: 0 | 1][] {
  const place = new Uint32Array(text.length + 1);
  let count = 0;
  for (let i = 0; i < text.length; count++) {
    const width = (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1;
    place.fill(count, i, i + width);
    i += width;
  }
  place[text.length] = count;
  return spans.map(({ start, end, keep }) => [place[start] ?? count, place[end] ?? count, keep ? 1 : 0]);
}
