import { writeFile } from 'node:fs/promises';
import { defineCommand } from '../../../src/node/command-options.ts';
import { readBuiltInDataset } from '../../../src/node/dataset-file.ts';
import { refuseOverlap } from '../../../src/node/output-path.ts';
import { readSources, SOURCE_FOLDER, toExtes } from '../source.ts';

export const buildCommand = defineCommand({
  summary: "Write the corpus as one JSON file in ExTES's shape.",
  options: {
    out: { kind: 'text', value: 'FILE', required: true, about: 'The JSON file to write or overwrite.' },
    sources: { kind: 'text', value: 'FOLDER', otherwise: "the corpus's own", about: "The writers' files." },
    new: { kind: 'flag', about: 'Leave out the 72 dialogues that come with the lab.' },
  },
  examples: ['--out corpus.json', '--new --out new.json'],
  async run({ out, sources = SOURCE_FOLDER, new: fresh }, print) {
    await refuseOverlap(out, { '--sources': sources });
    const { dialogues } = fresh ? { dialogues: [] } : await readBuiltInDataset();
    const all = [...dialogues, ...(await readSources(sources))];
    await writeFile(out, `${JSON.stringify(toExtes(all), null, 1)}\n`);
    print(`${all.length} dialogues in ${out}`);
  },
});
