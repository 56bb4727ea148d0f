import { LabError } from '../../../src/core/error.ts';
import { readBuiltInDataset } from '../../../src/node/dataset-file.ts';
import { defineCommand } from '../../../src/node/command-options.ts';
import { checkCorpus } from '../check.ts';
import { readSources, SOURCE_FOLDER } from '../source.ts';

export const checkCommand = defineCommand({
  summary: 'Check the shape, counts and variety of the corpus, and print its figures.',
  operand: 'sources',
  options: {
    sources: { kind: 'text', value: 'FOLDER', otherwise: "the corpus's own", about: "The writers' files." },
    partial: { kind: 'flag', about: 'Skip the counts per scene, while dialogues are still missing.' },
    new: { kind: 'flag', about: 'Leave out the 72 dialogues that come with the lab.' },
  },
  examples: ['', '--partial --new'],
  async run({ sources, partial, new: fresh }, print) {
    const written = await readSources(sources ?? SOURCE_FOLDER);
    const { dialogues } = fresh ? { dialogues: [] } : await readBuiltInDataset();
    const { problems, figures } = checkCorpus([...dialogues, ...written], { whole: !partial });
    for (const [name, value] of Object.entries(figures)) print(`${name}: ${value}`);
    for (const problem of problems) print(problem);
    if (problems.length > 0)
      throw new LabError({
        code: 'bad-data',
        what: `The corpus breaks its rules in ${problems.length} places.`,
        todo: 'Rewrite the dialogues listed above.',
      });
  },
});
