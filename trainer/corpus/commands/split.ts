import { writeFile } from 'node:fs/promises';
import { defineCommand } from '../../../src/node/command-options.ts';
import { readLocalDataset } from '../../../src/node/dataset-file.ts';
import { refuseOverlap } from '../../../src/node/output-path.ts';
import { stratifiedSplit } from '../../../src/core/training/split.ts';

export const splitCommand = defineCommand({
  summary: 'Write which dialogues of a file are for training and which for testing, 80 to 20 in every scene.',
  operand: 'dialogues',
  options: {
    dialogues: {
      kind: 'text',
      value: 'FILE',
      required: true,
      about: 'The corpus as `build` writes it, or any dataset.',
    },
    out: {
      kind: 'text',
      value: 'FILE',
      required: true,
      about: 'The JSON file for the numbers of both parts, to write or overwrite.',
    },
    seed: { kind: 'count', default: '42', about: 'The seed of the split.' },
  },
  examples: ['corpus.json --out split.json'],
  async run({ dialogues: file, out, seed }, print) {
    await refuseOverlap(out, { '--dialogues': file });
    const { dialogues } = await readLocalDataset([file]);
    const { train, test } = stratifiedSplit(
      dialogues.map(({ scene }) => scene ?? ''),
      0.2,
      seed,
    );
    const ids = (indices: readonly number[]): string[] =>
      [...indices].sort((a, b) => a - b).flatMap((i) => dialogues[i]?.id ?? []);
    await writeFile(out, `${JSON.stringify({ seed, testShare: 0.2, train: ids(train), test: ids(test) }, null, 1)}\n`);
    print(`${train.length} dialogues for training, ${test.length} for testing`);
  },
});
