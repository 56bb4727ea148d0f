import { LabError } from '../../../src/core/error.ts';
import { defineCommand } from '../../../src/node/command-options.ts';
import { checkCorpus } from '../check.ts';
import { readSources, SOURCE_FOLDER } from '../source.ts';

export const checkCommand = defineCommand({
  summary: 'Check the shape, counts and variety of the corpus, and print its figures.',
  operand: 'sources',
  options: {
    sources: { kind: 'text', value: 'FOLDER', otherwise: "the corpus's own", about: "The writers' files." },
    partial: { kind: 'flag', about: 'Skip the counts per scene, while dialogues are still missing.' },
  },
  examples: ['', '--partial'],
  async run({ sources = SOURCE_FOLDER, partial }, print) {
    const { problems, figures } = checkCorpus(await readSources(sources), { whole: !partial });
    for (const [name, value] of Object.entries(figures)) print(`${name}: ${value}`);
    for (const problem of problems) print(problem);
    if (problems.length > 0)
      throw new LabError({
        code: 'bad-data',
        what: `The corpus breaks its rules in ${problems.length} places.`,
        todo: 'Rewrite the dialogues listed above.',
      });
    print('The corpus passes every check.');
  },
});
