import { writeFile } from 'node:fs/promises';
import { defineCommand } from '../../../src/node/command-options.ts';
import { refuseOverlap } from '../../../src/node/output-path.ts';
import { readIfPresent } from '../../../src/node/read-file.ts';
import { SPLIT_FILE, splitParts, splitText } from '../published.ts';
import { readSources, SOURCE_FOLDER } from '../source.ts';

export const splitCommand = defineCommand({
  summary: 'Write which dialogues of the corpus are for training and which for testing, 80 to 20 in every scene.',
  options: {
    out: {
      kind: 'text',
      value: 'FILE',
      otherwise: 'public/dialogues/solace-split.json',
      about: 'The JSON file for the numbers of both parts, to write or overwrite.',
    },
    sources: { kind: 'text', value: 'FOLDER', otherwise: "the corpus's own", about: "The writers' files." },
  },
  examples: ['', '--out split.json'],
  async run({ out = SPLIT_FILE, sources = SOURCE_FOLDER }, print) {
    await refuseOverlap(out, { '--sources': sources });
    const dialogues = await readSources(sources);
    const text = splitText(dialogues);
    const unchanged = (await readIfPresent(out)) === text;
    await writeFile(out, text);
    const { train, test } = splitParts(dialogues);
    print(
      `The split of ${dialogues.length} dialogues is in ${out}: ${train.length} for training, ${test.length} for ` +
        `testing${unchanged ? ', unchanged' : ''}.`,
    );
  },
});
