import { z } from 'zod';
import { loadRepresentation } from '../../core/compression/load.ts';
import {
  REPRESENTATION_IDS,
  REPRESENTATIONS,
  TAGGER_IDS,
  type TokenSpan,
} from '../../core/compression/representation.ts';
import { defineCommand } from '../command-options.ts';
import { readJsonArray } from './json.ts';

/** Without Raw, which keeps everything. */
const METHODS = REPRESENTATION_IDS.filter((id) => id !== 'raw');

/** Prints which words a compression keeps: one line per text, a JSON array of [start, end, keep]. */
export const compressCommand = defineCommand({
  summary: 'Show which words of texts a compression keeps, as [start, end, keep] in code points.',
  operand: 'texts',
  options: {
    method: { kind: 'text', choices: METHODS, required: true, about: 'The compression.' },
    tagger: { kind: 'text', choices: TAGGER_IDS, otherwise: 'the default of the lab', about: 'The tagger of keypos.' },
    texts: { kind: 'text', value: 'FILE', required: true, about: 'A JSON array of strings.' },
  },
  examples: ['--method keypos --texts texts.json'],
  async run({ method, tagger, texts: path }, print) {
    const texts = await readJsonArray(path, z.string());
    const representation = await loadRepresentation(method, { tagger });
    let asWritten = 0;
    for (const input of texts) {
      const compressed = representation.compress(input);
      if (compressed.asWritten) asWritten++;
      print(JSON.stringify(inCodePoints(input, compressed.spans)));
    }
    if (asWritten > 0)
      process.stderr.write(
        `${REPRESENTATIONS[representation.id].name} knows only English; ${asWritten} of ${texts.length} texts ` +
          'stay as written.\n',
      );
  },
});

/** Offsets in code points instead of UTF-16 units, so that a Python script can slice with them. */
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
