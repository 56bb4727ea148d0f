import { writeFile } from 'node:fs/promises';
import { defineCommand } from '../../../src/node/command-options.ts';
import { refuseOverlap } from '../../../src/node/output-path.ts';
import { CORPUS_FILE, corpusText } from '../published.ts';
import { readSources, SOURCE_FOLDER } from '../source.ts';

export const buildCommand = defineCommand({
  summary: "Write the corpus as one JSON file in ExTES's shape.",
  options: {
    out: {
      kind: 'text',
      value: 'FILE',
      otherwise: 'public/dialogues/solace.json',
      about: 'The JSON file to write or overwrite.',
    },
    sources: { kind: 'text', value: 'FOLDER', otherwise: "the corpus's own", about: "The writers' files." },
  },
  examples: ['', '--out corpus.json'],
  async run({ out = CORPUS_FILE, sources = SOURCE_FOLDER }, print) {
    await refuseOverlap(out, { '--sources': sources });
    const dialogues = await readSources(sources);
    await writeFile(out, corpusText(dialogues));
    print(`${dialogues.length} dialogues in ${out}`);
  },
});
